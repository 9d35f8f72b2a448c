{{/* What a parent chart sets for all its charts, in global: it counts if the chart's own value is not set. */}}

{{/* Where the image is pulled from. The chart's own default counts as not set. */}}
{{- define "redis-cluster.registry" -}}
{{- $own := .Values.image.registry -}}
{{- if has $own (list "" "docker.io") -}}
{{- (.Values.global).imageRegistry | default $own -}}
{{- else -}}
{{- $own -}}
{{- end -}}
{{- end }}

{{/* The Secrets to pull with. Parent charts write them as names, or as maps with a name. */}}
{{- define "redis-cluster.pullSecrets" -}}
{{- range .Values.image.pullSecrets | default (.Values.global).imagePullSecrets }}
- name: {{ kindIs "map" . | ternary . (dict "name" .) | dig "name" "" | quote }}
{{- end }}
{{- end }}

{{/* The volumes' storage class. Volumes that were made without one, of the default class, stay as they are. */}}
{{- define "redis-cluster.storageClass" -}}
{{- $was := include "redis-cluster.before" . | fromYaml -}}
{{- if .Values.persistence.storageClass -}}
{{- .Values.persistence.storageClass -}}
{{- else if ne (dig "storageClass" "unknown" $was) "" -}}
{{- (.Values.global).storageClass | default "" -}}
{{- end -}}
{{- end }}

{{/* No schema says what global holds, since other charts read it too. */}}
{{- define "redis-cluster.checkGlobal" -}}
{{- $global := .Values.global | default dict }}
{{- range list "imageRegistry" "storageClass" }}
{{- $value := get $global . }}
{{- if not (has (kindOf $value) (list "string" "invalid")) }}
{{- fail (printf "global.%s is %v, which is no string: put quotes around it." . $value) }}
{{- end }}
{{- end }}
{{- with $global.imagePullSecrets }}
{{- if not (kindIs "slice" .) }}
{{- fail (printf "global.imagePullSecrets is %v, which is no list: write a list of the names of Secrets." .) }}
{{- end }}
{{- range . }}
{{- $name := kindIs "map" . | ternary . (dict "name" .) | dig "name" "" }}
{{- if not (and $name (kindIs "string" $name)) }}
{{- fail (printf "global.imagePullSecrets holds %v, which is no name of a Secret: write names, in quotes if they look like numbers." .) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
