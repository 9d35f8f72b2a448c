{{/* Names, labels and selectors. Selectors and names are for ever: an upgrade cannot change them. */}}

{{- define "valkey-cluster.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end }}

{{/* 52 characters at most: the StatefulSet's pods carry its name and a hash in a label of at most 63. */}}
{{- define "valkey-cluster.fullname" -}}
{{- $name := include "valkey-cluster.name" . -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 52 | trimSuffix "-" -}}
{{- end }}

{{- define "valkey-cluster.headlessName" -}}
{{- include "valkey-cluster.fullname" . }}-headless
{{- end }}

{{- define "valkey-cluster.secretName" -}}
{{- .Values.auth.existingSecret | default (include "valkey-cluster.fullname" .) -}}
{{- end }}

{{- define "valkey-cluster.secretKey" -}}
{{- ternary .Values.auth.existingSecretKey "password" (ne .Values.auth.existingSecret "") -}}
{{- end }}

{{- define "valkey-cluster.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "valkey-cluster.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "valkey-cluster.image" -}}
{{- with include "valkey-cluster.registry" . }}{{ . }}/{{ end }}
{{- with .Values.image -}}
{{- .repository }}:{{ .tag }}{{ if .digest }}@{{ .digest }}{{ end }}
{{- end -}}
{{- end }}

{{- define "valkey-cluster.size" -}}
{{- mul (int .Values.cluster.shards) (add1 (int .Values.cluster.replicasPerShard)) -}}
{{- end }}

{{/* The labels of everything of this release, whatever its part. */}}
{{- define "valkey-cluster.releaseLabels" -}}
app.kubernetes.io/name: {{ include "valkey-cluster.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{/* The servers alone: a Job's pod has another component, so that no Service or budget takes it for a server. */}}
{{- define "valkey-cluster.selectorLabels" -}}
{{ include "valkey-cluster.releaseLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{/* The label of pods whose clients are let in, if only those are. */}}
{{- define "valkey-cluster.clientLabel" -}}
{{- include "valkey-cluster.fullname" . }}-client
{{- end }}

{{/* The labels of an object; what the installer adds does not replace them. */}}
{{- define "valkey-cluster.labels" -}}
{{- toYaml (merge (include "valkey-cluster.ownLabels" . | fromYaml) (.Values.commonLabels | default dict)) -}}
{{- end }}

{{- define "valkey-cluster.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "valkey-cluster.releaseLabels" . }}
app.kubernetes.io/version: {{ .Values.image.tag | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* The head of an object: takes a list of the root, the object's name and, where it has some, its own annotations. */}}
{{- define "valkey-cluster.metadata" -}}
{{- $root := index . 0 -}}
{{- $annotations := merge (dict) (index (append . (dict)) 2) ($root.Values.commonAnnotations | default dict) -}}
name: {{ index . 1 | quote }}
namespace: {{ $root.Release.Namespace | quote }}
labels: {{- include "valkey-cluster.labels" $root | nindent 2 }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
