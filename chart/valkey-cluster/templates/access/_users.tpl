{{/* Users beside the default one: what they may do, and what no schema can see of them. */}}

{{- define "valkey-cluster.userKey" -}}
{{- .passwordKey | default .name -}}
{{- end }}

{{/* Each user as the pods' scripts know it: pod/shared/access.awk makes rules of it that the engine's version can read. */}}
{{- define "valkey-cluster.users" -}}
{{- range .Values.auth.users }}
{{- $line := list .name (include "valkey-cluster.userKey" .) }}
{{- range hasKey . "keys" | ternary .keys (list "*") }}{{ $line = append $line (printf "~%s" .) }}{{ end }}
{{- range hasKey . "channels" | ternary .channels (list "*") }}{{ $line = append $line (printf "&%s" .) }}{{ end }}
{{- $line = append $line (printf "access=%s" (.access | default "application")) }}
{{ join " " (append $line .rules | compact) }}
{{- end }}
{{- end }}

{{/* Kubernetes shows a pod a change of either within a minute or two. Mounted whole, because only then its changes are seen. */}}
{{- define "valkey-cluster.usersVolume" -}}
- name: users
  configMap:
    name: {{ include "valkey-cluster.fullname" . }}-users
    optional: true
{{- end }}

{{- define "valkey-cluster.usersMount" -}}
- name: users
  mountPath: /users
  readOnly: true
{{- end }}

{{- define "valkey-cluster.checkUsers" -}}
{{- $names := dict }}
{{- range .Values.auth.users }}
{{- if not $.Values.auth.enabled }}
{{- fail (printf "auth.users has the user %s, but auth.enabled is false, and there is no Secret with passwords then: set auth.enabled to true, or remove the user." .name) }}
{{- end }}
{{- if or (eq .name "default") (hasPrefix "internal-" .name) }}
{{- fail (printf "auth.users has a user called %s, but the chart has a user of that name: give yours another name." .name) }}
{{- end }}
{{- if hasKey $names .name }}
{{- fail (printf "auth.users has the user %s twice, and only one could count: remove one of them." .name) }}
{{- end }}
{{- $_ := set $names .name true }}
{{- if eq (include "valkey-cluster.userKey" .) (include "valkey-cluster.secretKey" $) }}
{{- fail (printf "auth.users has the user %s with the password of the default user, whose key is %s: set its passwordKey to another key." .name (include "valkey-cluster.secretKey" $)) }}
{{- end }}
{{- end }}
{{- end }}
