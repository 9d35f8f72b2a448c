{{/* What the containers of the servers and of the Jobs have in common. */}}

{{- define "redis-cluster.containerBase" -}}
image: {{ include "redis-cluster.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.pod.containerSecurityContext | nindent 2 }}
{{- end }}

{{- define "redis-cluster.podBase" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- if kindIs "bool" .Values.pod.hostUsers }}
hostUsers: {{ .Values.pod.hostUsers }}
{{- end }}
securityContext: {{- include "redis-cluster.podSecurityContext" . | nindent 2 }}
{{- with include "redis-cluster.pullSecrets" . }}
imagePullSecrets: {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "redis-cluster.podSecurityContext" -}}
{{- $context := .Values.pod.securityContext | default dict -}}
{{- toYaml (ternary (omit $context "runAsUser" "runAsGroup" "fsGroup") $context .Values.pod.userFromPlatform) -}}
{{- end }}

{{/* How the scripts find the cluster's nodes. */}}
{{- define "redis-cluster.clusterEnv" -}}
- name: NAME
  value: {{ include "redis-cluster.fullname" . | quote }}
- name: SERVICE
  value: {{ include "redis-cluster.headlessName" . | quote }}
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
# What the pods of this release tell each other to know that they belong together. A backup tool that restores a StatefulSet
# into another namespace leaves its environment as it was, so the namespace comes from the pod.
- name: RELEASE
  value: $(POD_NAMESPACE)/{{ include "redis-cluster.fullname" . }}
{{- if .Values.auth.enabled }}
{{ include "redis-cluster.authEnv" . }}
{{- end }}
{{- end }}

{{/* The topology that is desired, for the Jobs; the pods know nothing of it. */}}
{{- define "redis-cluster.desiredEnv" -}}
- name: SHARDS
  value: {{ int .Values.cluster.shards | quote }}
- name: REPLICAS
  value: {{ int .Values.cluster.replicasPerShard | quote }}
- name: PERSISTENCE
  value: {{ .Values.persistence.enabled | quote }}
- name: IMAGE
  value: {{ include "redis-cluster.image" . | quote }}
{{- with .Values.cluster.zones }}
# Each Kubernetes node and its zone.
- name: ZONES
  value: {{ include "redis-cluster.zones" $ | quote }}
{{- end }}
# A Job sees by this Service's address that its release was uninstalled; without an address of its own the Service tells nothing.
- name: CLIENT_SERVICE
  value: {{ ternary "" (include "redis-cluster.fullname" .) (eq .Values.service.clusterIP "None") | quote }}
- name: DEADLINE_SECONDS
  value: {{ sub (int .Values.jobs.deadlineSeconds) 15 | quote }}
{{- end }}

{{- define "redis-cluster.zones" -}}
{{- $places := list -}}
{{- range $node, $zone := .Values.cluster.zones -}}
{{- $places = append $places (printf "%s=%s" $node $zone) -}}
{{- end -}}
{{- join " " $places -}}
{{- end }}

{{/* Who a pod is, for the scripts that run in it. */}}
{{- define "redis-cluster.podEnv" -}}
{{- include "redis-cluster.clusterEnv" . }}
- name: POD_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
{{- end }}

{{/* What every script of a pod reads. */}}
{{- define "redis-cluster.podMounts" -}}
- name: pod
  mountPath: /pod
  readOnly: true
- name: topology
  mountPath: /topology
  readOnly: true
{{- if .Values.auth.enabled }}
{{ include "redis-cluster.authMount" . }}
{{ include "redis-cluster.usersMount" . }}
{{- end }}
- name: data
  mountPath: /data
{{- end }}

{{/* Optional, because the preflight Job may come before it; mounted whole, because only then its changes are seen. */}}
{{- define "redis-cluster.topologyVolume" -}}
- name: topology
  configMap:
    name: {{ include "redis-cluster.fullname" . }}-topology
    optional: true
{{- end }}
