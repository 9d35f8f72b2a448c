{{/* The password: where it lies, and what no schema can see of it. */}}

{{- define "valkey-cluster.authVolume" -}}
- name: auth
  secret:
    secretName: {{ include "valkey-cluster.secretName" . | quote }}
    defaultMode: 0440
    items:
      - key: {{ include "valkey-cluster.secretKey" . | quote }}
        path: password
{{- end }}

{{/* The running servers keep the password they started with, so another one in the Secret would lock the release out. */}}
{{- define "valkey-cluster.checkPassword" -}}
{{- if .Values.auth.password }}
{{- with lookup "v1" "Secret" .Release.Namespace (include "valkey-cluster.fullname" .) }}
{{- if ne (get (default dict .data) "password" | b64dec) $.Values.auth.password }}
{{- fail (printf "auth.password differs from the one the release was installed with, and it cannot be changed while the cluster runs: leave auth.password empty to keep the one in the Secret %s." .metadata.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Kubernetes would leave every pod waiting for its volume. A Secret that is not there yet may still come. */}}
{{- define "valkey-cluster.checkSecret" -}}
{{- if and .Values.auth.enabled .Values.auth.existingSecret }}
{{- with lookup "v1" "Secret" .Release.Namespace .Values.auth.existingSecret }}
{{- $key := $.Values.auth.existingSecretKey }}
{{- $keys := keys (default dict .data) | sortAlpha }}
{{- if not (has $key $keys) }}
{{- fail (printf "auth.existingSecretKey is %s, and the Secret %s has no such key, only: %s. Name the key that holds the password, or add it to the Secret." $key .metadata.name (join ", " $keys | default "none")) }}
{{- end }}
{{- if not (get .data $key | b64dec | trimSuffix "\n") }}
{{- fail (printf "auth.existingSecretKey is %s, and the Secret %s has nothing under that key: put a password there, or set auth.enabled to false." $key .metadata.name) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
