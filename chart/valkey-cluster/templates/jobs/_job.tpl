{{/*
What a Job runs, from a dict: root, part (the name of the container and of the component), command, env, volumeMounts, volumes and
serviceAccount. With optionalSecret the password may be missing.
*/}}
{{- define "valkey-cluster.jobPod" -}}
{{- $part := .part -}}
{{- $job := . -}}
{{- with .root -}}
metadata:
  labels: {{- include "valkey-cluster.jobLabels" $job | nindent 4 }}
  {{- with .Values.jobs.annotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- include "valkey-cluster.podBase" . | nindent 2 }}
  serviceAccountName: {{ $job.serviceAccount | quote }}
  restartPolicy: Never
  {{- with .Values.pod.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.pod.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.pod.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- /* A Job has to run where the servers may. What keeps servers apart from each other is not for a Job. */}}
  {{- with (.Values.pod.affinity).nodeAffinity }}
  affinity:
    nodeAffinity: {{- toYaml . | nindent 6 }}
  {{- end }}
  containers:
    - name: {{ $part }}
      {{- include "valkey-cluster.containerBase" . | nindent 6 }}
      {{- $job.command | nindent 6 }}
      env:
        {{- include "valkey-cluster.clusterEnv" . | nindent 8 }}
        {{- include "valkey-cluster.desiredEnv" . | nindent 8 }}
        {{- with $job.env }}
        {{- . | nindent 8 }}
        {{- end }}
      resources: {{- toYaml .Values.jobs.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if .Values.auth.enabled }}
        {{- include "valkey-cluster.authMount" . | nindent 8 }}
        {{- end }}
        {{- $job.volumeMounts | nindent 8 }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 16Mi }
    {{- if .Values.auth.enabled }}
    {{- include "valkey-cluster.authVolume" . | nindent 4 }}
    {{- if $job.optionalSecret }}
        optional: true
    {{- end }}
    {{- end }}
    {{- $job.volumes | nindent 4 }}
{{- end }}
{{- end }}

{{/* The labels of a Job's pod; what the installer adds does not replace them. */}}
{{- define "valkey-cluster.jobLabels" -}}
{{- $own := include "valkey-cluster.releaseLabels" .root | fromYaml | merge (dict "app.kubernetes.io/component" .part) -}}
{{- toYaml (merge $own (.root.Values.jobs.labels | default dict) (.root.Values.commonLabels | default dict)) -}}
{{- end }}

{{/*
How a Job runs, from a dict: what jobPod takes, and retries. A script's exit code 3 means that a person has to look first, so the
Job does not try again.
*/}}
{{- define "valkey-cluster.jobSpec" -}}
backoffLimit: {{ .retries }}
activeDeadlineSeconds: {{ int .root.Values.jobs.deadlineSeconds }}
podFailurePolicy:
  rules:
    - action: FailJob
      onExitCodes: { containerName: {{ .part }}, operator: In, values: [3] }
      # Empty, because the API of Kubernetes 1.27 asks for it.
      onPodConditions: []
    - action: Ignore
      onPodConditions:
        - type: DisruptionTarget
          status: "True"
template: {{- include "valkey-cluster.jobPod" . | nindent 2 }}
{{- end }}

{{/* A hook Job, from a dict: what jobSpec takes, and hook (its annotations). */}}
{{- define "valkey-cluster.job" -}}
{{- $name := printf "%s-%s" (include "valkey-cluster.fullname" .root) .part -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "valkey-cluster.metadata" (list .root $name .hook) | nindent 2 }}
spec:
  {{- include "valkey-cluster.jobSpec" . | nindent 2 }}
{{- end }}
