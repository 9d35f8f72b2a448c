{{/* Names, labels and selectors. Selectors and names are for ever: an upgrade cannot change them. */}}

{{- define "redis-cluster.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end }}

{{/* 52 characters at most: the StatefulSet's pods carry its name and a hash in a label of at most 63. */}}
{{- define "redis-cluster.fullname" -}}
{{- $name := include "redis-cluster.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "redis-cluster.headlessName" -}}
{{- include "redis-cluster.fullname" . }}-headless
{{- end }}

{{- define "redis-cluster.secretName" -}}
{{- .Values.auth.existingSecret | default (include "redis-cluster.fullname" .) -}}
{{- end }}

{{- define "redis-cluster.secretKey" -}}
{{- ternary .Values.auth.existingSecretKey "password" (ne .Values.auth.existingSecret "") -}}
{{- end }}

{{- define "redis-cluster.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "redis-cluster.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "redis-cluster.image" -}}
{{- with include "redis-cluster.registry" . }}{{ . }}/{{ end }}
{{- with .Values.image -}}
{{- .repository }}:{{ .tag }}{{ if .digest }}@{{ .digest }}{{ end }}
{{- end -}}
{{- end }}

{{- define "redis-cluster.size" -}}
{{- mul (int .Values.cluster.shards) (add1 (int .Values.cluster.replicasPerShard)) -}}
{{- end }}

{{/* The labels of everything of this release, whatever its part. */}}
{{- define "redis-cluster.releaseLabels" -}}
app.kubernetes.io/name: {{ include "redis-cluster.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The servers alone: a Job's pod has another component, so that no Service or budget takes it for a server. */}}
{{- define "redis-cluster.selectorLabels" -}}
{{ include "redis-cluster.releaseLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{/* The label of pods whose clients are let in, if only those are. */}}
{{- define "redis-cluster.clientLabel" -}}
{{- include "redis-cluster.fullname" . }}-client
{{- end }}

{{/* The labels of an object; what the installer adds does not replace them. */}}
{{- define "redis-cluster.labels" -}}
{{- toYaml (merge (include "redis-cluster.ownLabels" . | fromYaml) (.Values.commonLabels | default dict)) -}}
{{- end }}

{{- define "redis-cluster.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "redis-cluster.releaseLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The head of an object: takes a list of the root, the object's name and, where it has some, its own annotations. */}}
{{- define "redis-cluster.metadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (dict) (index (append . (dict)) 2) ($root.Values.commonAnnotations | default dict) -}}
name: {{ index . 1 | quote }}
namespace: {{ $root.Release.Namespace | quote }}
labels: {{- include "redis-cluster.labels" $root | nindent 2 }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
