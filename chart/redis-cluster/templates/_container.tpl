{{/* What the containers of the servers and of the Jobs have in common. */}}

{{- define "redis-cluster.containerBase" -}}
image: {{ include "redis-cluster.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.pod.containerSecurityContext | nindent 2 }}
{{- end }}

{{- define "redis-cluster.podBase" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext: {{- toYaml .Values.pod.securityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* How the scripts find the cluster's nodes. */}}
{{- define "redis-cluster.clusterEnv" -}}
- name: NAME
  value: {{ include "redis-cluster.fullname" . }}
- name: SERVICE
  value: {{ include "redis-cluster.headlessName" . }}
- name: RELEASE
  value: {{ include "redis-cluster.releaseMark" . }}
{{- end }}

{{/* The topology that is desired, for the Jobs; the pods know nothing of it. */}}
{{- define "redis-cluster.desiredEnv" -}}
- name: SHARDS
  value: {{ int .Values.cluster.shards | quote }}
- name: REPLICAS
  value: {{ int .Values.cluster.replicasPerShard | quote }}
- name: IMAGE
  value: {{ include "redis-cluster.image" . }}
- name: DEADLINE_SECONDS
  value: {{ sub (int .Values.jobs.deadlineSeconds) 15 | quote }}
{{- end }}

{{- define "redis-cluster.authVolume" -}}
- name: auth
  secret:
    secretName: {{ include "redis-cluster.secretName" . }}
    items:
      - key: {{ include "redis-cluster.secretKey" . }}
        path: password
{{- end }}
