{{/* What the containers of the servers and of the Jobs have in common. */}}

{{- define "valkey-cluster.containerBase" -}}
image: {{ include "valkey-cluster.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.pod.containerSecurityContext | nindent 2 }}
{{- end }}

{{- define "valkey-cluster.podBase" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if kindIs "bool" .Values.pod.hostUsers }}
hostUsers: {{ .Values.pod.hostUsers }}
{{- end }}
securityContext: {{- include "valkey-cluster.podSecurityContext" . | nindent 2 }}
{{- with include "valkey-cluster.pullSecrets" . }}
imagePullSecrets: {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "valkey-cluster.podSecurityContext" -}}
{{- $context := .Values.pod.securityContext | default dict -}}
{{- toYaml (ternary (omit $context "runAsUser" "runAsGroup" "fsGroup") $context .Values.pod.userFromPlatform) -}}
{{- end }}

{{/* How the scripts find the cluster's nodes. */}}
{{- define "valkey-cluster.clusterEnv" -}}
- name: NAME
  value: {{ include "valkey-cluster.fullname" . | quote }}
- name: SERVICE
  value: {{ include "valkey-cluster.headlessName" . | quote }}
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
# What the pods of this release tell each other to know that they belong together. A backup tool that restores a StatefulSet
# into another namespace leaves its environment as it was, so the namespace comes from the pod.
- name: RELEASE
  value: $(POD_NAMESPACE)/{{ include "valkey-cluster.fullname" . }}
{{- if .Values.auth.enabled }}
{{ include "valkey-cluster.authEnv" . }}
{{- end }}
{{- end }}

{{/* The topology that is desired, for the Jobs; the pods know nothing of it. */}}
{{- define "valkey-cluster.desiredEnv" -}}
- name: SHARDS
  value: {{ int .Values.cluster.shards | quote }}
- name: REPLICAS
  value: {{ int .Values.cluster.replicasPerShard | quote }}
- name: PERSISTENCE
  value: {{ .Values.persistence.enabled | quote }}
- name: IMAGE
  value: {{ include "valkey-cluster.image" . | quote }}
{{- with .Values.cluster.zones }}
# Each Kubernetes node and its zone.
- name: ZONES
  value: {{ include "valkey-cluster.zones" $ | quote }}
{{- end }}
# A Job sees by this Service's address that its release was uninstalled; without an address of its own the Service tells nothing.
- name: CLIENT_SERVICE
  value: {{ ternary "" (include "valkey-cluster.fullname" .) (eq .Values.service.clusterIP "None") | quote }}
- name: DEADLINE_SECONDS
  value: {{ sub (int .Values.jobs.deadlineSeconds) 15 | quote }}
{{- end }}

{{- define "valkey-cluster.zones" -}}
{{- $places := list -}}
{{- range $node, $zone := .Values.cluster.zones -}}
{{- $places = append $places (printf "%s=%s" $node $zone) -}}
{{- end -}}
{{- join " " $places -}}
{{- end }}

{{/* Who a pod is, for the scripts that run in it. */}}
{{- define "valkey-cluster.podEnv" -}}
{{- include "valkey-cluster.clusterEnv" . }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- end }}

{{/* What every script of a pod reads. */}}
{{- define "valkey-cluster.podMounts" -}}
- name: pod
  mountPath: /pod
  readOnly: true
- name: topology
  mountPath: /topology
  readOnly: true
{{- if .Values.auth.enabled }}
{{ include "valkey-cluster.authMount" . }}
{{ include "valkey-cluster.usersMount" . }}
{{- end }}
- name: data
  mountPath: /data
{{- end }}

{{/* Optional, because the preflight Job may come before it; mounted whole, because only then its changes are seen. */}}
{{- define "valkey-cluster.topologyVolume" -}}
- name: topology
  configMap:
    name: {{ include "valkey-cluster.fullname" . }}-topology
    optional: true
{{- end }}
