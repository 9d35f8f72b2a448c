{{/* What the containers of the servers and of the Jobs have in common. */}}

{{- define "valkey-cluster.containerBase" -}}
image: {{ include "valkey-cluster.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext: {{- toYaml .Values.pod.containerSecurityContext | nindent 2 }}
{{- end }}

{{- define "valkey-cluster.podBase" -}}
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
{{- define "valkey-cluster.clusterEnv" -}}
- name: NAME
  value: {{ include "valkey-cluster.fullname" . }}
- name: SERVICE
  value: {{ include "valkey-cluster.headlessName" . }}
- name: RELEASE
  value: {{ include "valkey-cluster.releaseMark" . }}
{{- end }}

{{/* The topology that is desired, for the Jobs; the pods know nothing of it. */}}
{{- define "valkey-cluster.desiredEnv" -}}
- name: SHARDS
  value: {{ int .Values.cluster.shards | quote }}
- name: REPLICAS
  value: {{ int .Values.cluster.replicasPerShard | quote }}
- name: IMAGE
  value: {{ include "valkey-cluster.image" . }}
- name: DEADLINE_SECONDS
  value: {{ sub (int .Values.jobs.deadlineSeconds) 15 | quote }}
{{- end }}

{{- define "valkey-cluster.authVolume" -}}
- name: auth
  secret:
    secretName: {{ include "valkey-cluster.secretName" . }}
    items:
      - key: {{ include "valkey-cluster.secretKey" . }}
        path: password
{{- end }}
