{{/*
A hook Job, from a dict: root, part (its name and what it runs), hook (its annotations), env, volumeMounts, volumes and
serviceAccount. A script's exit code 3 means that a person has to look first, so it is not tried again.
*/}}
{{- define "redis-cluster.job" -}}
{{- $part := .part -}}
{{- $job := . -}}
{{- with .root -}}
apiVersion: batch/v1
kind: Job
metadata:
  {{- include "redis-cluster.metadata" (list . (printf "%s-%s" (include "redis-cluster.fullname" .) $part) $job.hook) | nindent 2 }}
spec:
  backoffLimit: {{ $job.retries }}
  activeDeadlineSeconds: {{ int .Values.jobs.deadlineSeconds }}
  podFailurePolicy:
    rules:
      - action: FailJob
        onExitCodes: { containerName: {{ $part }}, operator: In, values: [3] }
        # Empty, because the API of Kubernetes 1.27 asks for it.
        onPodConditions: []
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: "True"
  template:
    metadata:
      labels:
        {{- include "redis-cluster.releaseLabels" . | nindent 8 }}
        app.kubernetes.io/component: {{ $part }}
      {{- with .Values.jobs.annotations }}
      annotations: {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "redis-cluster.podBase" . | nindent 6 }}
      serviceAccountName: {{ $job.serviceAccount }}
      restartPolicy: Never
      {{- with .Values.pod.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with .Values.pod.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.pod.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      containers:
        - name: {{ $part }}
          {{- include "redis-cluster.containerBase" . | nindent 10 }}
          {{- $job.command | nindent 10 }}
          env:
            {{- include "redis-cluster.clusterEnv" . | nindent 12 }}
            {{- include "redis-cluster.desiredEnv" . | nindent 12 }}
            {{- with $job.env }}
            {{- . | nindent 12 }}
            {{- end }}
          resources: {{- toYaml .Values.jobs.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
            {{- if .Values.auth.enabled }}
            - name: auth
              mountPath: /auth
              readOnly: true
            {{- end }}
            {{- $job.volumeMounts | nindent 12 }}
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 16Mi }
        {{- if .Values.auth.enabled }}
        {{- include "redis-cluster.authVolume" . | nindent 8 }}
        {{- if $job.optionalSecret }}
            optional: true
        {{- end }}
        {{- end }}
        {{- $job.volumes | nindent 8 }}
{{- end }}
{{- end }}
