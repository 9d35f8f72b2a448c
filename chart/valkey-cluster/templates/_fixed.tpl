{{/* What an upgrade cannot change, from schema/fixed.yaml. */}}

{{/* A list: each value's path, its key in the topology's ConfigMap, what it is now, whether that matters, and why it cannot change. */}}
{{- define "valkey-cluster.fixed" -}}
- value: persistence.enabled
  key: persistence
  now: {{ include "valkey-cluster.textAt" (list . "persistence.enabled") | quote }}
  matters: true
  why: "and Kubernetes cannot change the volumes of a StatefulSet: install a new release with it and move the data, or"
- value: persistence.size
  key: size
  now: {{ include "valkey-cluster.textAt" (list . "persistence.size") | quote }}
  matters: {{ include "valkey-cluster.textAt" (list . "persistence.enabled") }}
  why: "and Kubernetes cannot change the volumes of a StatefulSet: install a new release with it and move the data, or"
- value: persistence.storageClass
  key: storageClass
  now: {{ include "valkey-cluster.storageClass" . | quote }}
  matters: {{ include "valkey-cluster.textAt" (list . "persistence.enabled") }}
  why: "and Kubernetes cannot change the volumes of a StatefulSet: install a new release with it and move the data, or"
- value: persistence.accessModes
  key: accessModes
  now: {{ include "valkey-cluster.textAt" (list . "persistence.accessModes") | quote }}
  matters: {{ include "valkey-cluster.textAt" (list . "persistence.enabled") }}
  why: "and Kubernetes cannot change the volumes of a StatefulSet: install a new release with it and move the data, or"
- value: persistence.appendonly
  key: appendonly
  now: {{ include "valkey-cluster.textAt" (list . "persistence.appendonly") | quote }}
  matters: {{ include "valkey-cluster.textAt" (list . "persistence.enabled") }}
  why: "and a server would start from a file that lacks what the other one holds:"
{{- end }}

{{/* The value at a path, as a text: what a list holds is joined by commas, and nothing is an empty text. */}}
{{- define "valkey-cluster.textAt" -}}
{{- $at := (index . 0).Values -}}
{{- range splitList "." (index . 1) }}{{ if kindIs "map" $at }}{{ $at = get $at . }}{{ end }}{{ end -}}
{{- if kindIs "slice" $at }}{{ join "," $at }}{{ else if not (kindIs "invalid" $at) }}{{ $at }}{{ end -}}
{{- end }}

{{/* What the release has in its topology's ConfigMap; nothing if it is new, or Helm cannot look at it. */}}
{{- define "valkey-cluster.before" -}}
{{- toYaml ((lookup "v1" "ConfigMap" .Release.Namespace (printf "%s-topology" (include "valkey-cluster.fullname" .))).data | default dict) -}}
{{- end }}

{{/*
Kubernetes refuses a change of volume claims with a message that does not name the value, so the release is refused here. The
topology's ConfigMap has the values as they were given: Kubernetes itself writes 1024Mi as 1Gi.
*/}}
{{- define "valkey-cluster.checkFixed" -}}
{{- $was := include "valkey-cluster.before" . | fromYaml }}
{{- range include "valkey-cluster.fixed" . | fromYamlArray }}
{{- if and .matters (hasKey $was .key) (ne (get $was .key) .now) }}
{{- fail (printf "%s changes from %q to %q, %s set it back to %q." .value (get $was .key) .now .why (get $was .key)) }}
{{- end }}
{{- end }}
{{- end }}
