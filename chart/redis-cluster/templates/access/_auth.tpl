{{/* Passwords: where they lie, and what no schema can see of them. */}}

{{/* Mounted whole: a key that is missing keeps no pod from starting, and a user that is added changes no pod. */}}
{{- define "redis-cluster.authVolume" -}}
- name: auth
  secret:
    secretName: {{ include "redis-cluster.secretName" . | quote }}
    defaultMode: 0440
{{- end }}

{{- define "redis-cluster.authMount" -}}
- name: auth
  mountPath: /auth
  readOnly: true
{{- end }}

{{- define "redis-cluster.authEnv" -}}
- name: AUTH_FILE
  value: /auth/{{ include "redis-cluster.secretKey" . }}
{{- end }}

{{/* The running servers keep the password they started with, so another one in the Secret would lock the release out. */}}
{{- define "redis-cluster.checkPassword" -}}
{{- if .Values.auth.password }}
{{- with lookup "v1" "Secret" .Release.Namespace (include "redis-cluster.fullname" .) }}
{{- if ne (get (default dict .data) "password" | b64dec) $.Values.auth.password }}
{{- fail (printf "auth.password differs from the one the release was installed with, and it cannot be changed while the cluster runs: leave auth.password empty to keep the one in the Secret %s." .metadata.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* A server would not start, or a user would wait for a password for ever. A Secret that is not there yet may still come. */}}
{{- define "redis-cluster.checkSecret" -}}
{{- if and .Values.auth.enabled .Values.auth.existingSecret }}
{{- with lookup "v1" "Secret" .Release.Namespace .Values.auth.existingSecret }}
{{- $secret := . }}
{{- $keys := keys (default dict .data) | sortAlpha }}
{{- $needed := dict "auth.existingSecretKey" $.Values.auth.existingSecretKey }}
{{- range $.Values.auth.users }}
{{- $_ := set $needed (printf "the passwordKey of the user %s in auth.users" .name) (include "redis-cluster.userKey" .) }}
{{- end }}
{{- range $value, $key := $needed }}
{{- if not (has $key $keys) }}
{{- fail (printf "%s is %s, and the Secret %s has no such key, only: %s. Name the key that holds the password, or add it to the Secret." $value $key $secret.metadata.name (join ", " $keys | default "none")) }}
{{- end }}
{{- if not (get $secret.data $key | b64dec | trimSuffix "\n") }}
{{- fail (printf "%s is %s, and the Secret %s has nothing under that key: put a password there." $value $key $secret.metadata.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
