{{/*
The servers' pod template, from a dict of root and revision. The revision is the hash of this very text without a revision in
it. So nothing here may depend on the number of nodes, on a secret's content or on the chart's version.
*/}}
{{- define "valkey-cluster.podTemplate" -}}
{{- $root := .root -}}
{{- with .root -}}
metadata:
  labels:
    {{- toYaml (merge (include "valkey-cluster.selectorLabels" . | fromYaml) (.Values.pod.labels | default dict)) | nindent 4 }}
  annotations:
    checksum/config: {{ include "valkey-cluster.engineFiles" . | sha256sum }}
    checksum/pod: {{ include "valkey-cluster.podScripts" . | sha256sum }}
    {{- $evictable := "cluster-autoscaler.kubernetes.io/safe-to-evict-local-volumes" }}
    {{- if not (hasKey (.Values.pod.annotations | default dict) $evictable) }}
    # These hold nothing that outlives the pod. Without this an autoscaler keeps every Kubernetes node with such a pod.
    {{ $evictable }}: run,tmp,keeper
    {{- end }}
    {{- with .Values.pod.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  {{- include "valkey-cluster.podBase" . | nindent 2 }}
  serviceAccountName: {{ include "valkey-cluster.serviceAccountName" . | quote }}
  terminationGracePeriodSeconds: {{ int .Values.pod.terminationGracePeriodSeconds }}
  {{- with .Values.pod.priorityClassName }}
  priorityClassName: {{ . | quote }}
  {{- end }}
  {{- with .Values.pod.nodeSelector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.pod.tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  affinity: {{- include "valkey-cluster.affinity" . | nindent 4 }}
  topologySpreadConstraints: {{- include "valkey-cluster.spread" . | nindent 4 }}
  {{- with .Values.pod.extraInitContainers }}
  initContainers: {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: server
      {{- include "valkey-cluster.containerBase" . | nindent 6 }}
      command: [sh, /pod/start.sh]
      env:
        {{- include "valkey-cluster.podEnv" . | nindent 8 }}
        - name: REVISION
          value: {{ $.revision | quote }}
        - name: GRACE_SECONDS
          value: {{ int .Values.pod.terminationGracePeriodSeconds | quote }}
        - name: NODE_NAME
          valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
        - name: ZONE
          valueFrom: { fieldRef: { fieldPath: "metadata.labels['topology.kubernetes.io/zone']" } }
        {{- if dig "limits" "memory" "" .Values.resources }}
        - name: MEMORY_LIMIT
          valueFrom: { resourceFieldRef: { resource: limits.memory } }
        - name: MAXMEMORY_PERCENT
          value: {{ int .Values.memory.maxmemoryPercent | quote }}
        {{- end }}
        {{- with .Values.pod.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      ports:
        - name: client
          containerPort: 6379
        - name: gossip
          containerPort: 16379
      lifecycle:
        preStop:
          exec: { command: [sh, /pod/handover.sh] }
      startupProbe:
        exec: { command: [sh, /pod/probe.sh, startup] }
        periodSeconds: 2
        timeoutSeconds: 5
        # An hour to load its data; until then it is neither ready nor restarted.
        failureThreshold: 1800
      livenessProbe:
        exec: { command: [sh, /pod/probe.sh, liveness] }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        exec: { command: [sh, /pod/probe.sh, readiness] }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      resources: {{- include "valkey-cluster.serverResources" . | nindent 8 }}
      volumeMounts:
        {{- include "valkey-cluster.podMounts" . | nindent 8 }}
        - name: config
          mountPath: /config
          readOnly: true
        - name: run
          mountPath: /run/cluster
        - name: tmp
          mountPath: /tmp
        {{- with .Values.pod.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    - name: keeper
      {{- include "valkey-cluster.containerBase" . | nindent 6 }}
      command: [sh, /pod/keeper.sh]
      env: {{- include "valkey-cluster.podEnv" . | nindent 8 }}
      livenessProbe:
        exec: { command: [sh, /pod/alive.sh] }
        periodSeconds: 60
        timeoutSeconds: 5
        failureThreshold: 2
      resources: {{- toYaml .Values.keeper.resources | nindent 8 }}
      volumeMounts:
        {{- include "valkey-cluster.podMounts" . | nindent 8 }}
        - name: run
          mountPath: /run/cluster
          readOnly: true
        - name: keeper
          mountPath: /tmp
    {{- with .Values.pod.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
    - name: config
      configMap:
        name: {{ include "valkey-cluster.fullname" . }}-config
    - name: pod
      configMap:
        name: {{ include "valkey-cluster.fullname" . }}-pod
    {{- include "valkey-cluster.topologyVolume" . | nindent 4 }}
    {{- if .Values.auth.enabled }}
    {{- include "valkey-cluster.authVolume" . | nindent 4 }}
    {{- include "valkey-cluster.usersVolume" . | nindent 4 }}
    {{- end }}
    # The configuration that start.sh writes holds the password, so it is in memory only.
    - name: run
      emptyDir: { medium: Memory, sizeLimit: 4Mi }
    - name: tmp
      emptyDir: { sizeLimit: 16Mi }
    - name: keeper
      emptyDir: { sizeLimit: 16Mi }
    {{- if not .Values.persistence.enabled }}
    - name: data
      emptyDir: { sizeLimit: {{ .Values.persistence.size | quote }} }
    {{- end }}
    {{- with .Values.pod.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}
{{- end }}

{{/* Without a volume the data lies in an emptyDir, which the limit of the container's disk covers. */}}
{{- define "valkey-cluster.serverResources" -}}
{{- $resources := deepCopy .Values.resources -}}
{{- if and (not .Values.persistence.enabled) (dig "limits" "ephemeral-storage" "" $resources) -}}
{{- $_ := set $resources.limits "ephemeral-storage" .Values.persistence.size -}}
{{- end -}}
{{- toYaml $resources -}}
{{- end }}

{{/* The scripts that the server and the keeper run. What only the Jobs run restarts no pod, and lies in other folders. */}}
{{- define "valkey-cluster.podScripts" -}}
{{- (.Files.Glob "pod/{shared,server,keeper}/*").AsConfig -}}
{{- end }}

{{- define "valkey-cluster.revision" -}}
{{- include "valkey-cluster.podTemplate" (dict "root" . "revision" "") | sha256sum | trunc 12 -}}
{{- end }}

{{/*
Pods spread over Kubernetes nodes and zones, so that a replica can live elsewhere than its master. Zones are kept apart by
affinity alone: the scheduler takes no notice of any spread constraint on a node that lacks one of the labels they name.
*/}}
{{- define "valkey-cluster.spread" -}}
{{- $own := dict "matchLabels" (include "valkey-cluster.selectorLabels" . | fromYaml) -}}
{{- $constraints := list -}}
{{- range .Values.pod.topologySpreadConstraints -}}
{{- $constraints = append $constraints (merge (dict) . (dict "labelSelector" (hasKey . "labelSelector" | ternary .labelSelector $own))) -}}
{{- else -}}
{{- $constraints = list (dict "topologyKey" "kubernetes.io/hostname" "maxSkew" 1 "whenUnsatisfiable" "ScheduleAnyway" "labelSelector" $own) -}}
{{- end -}}
{{- toYaml $constraints -}}
{{- end }}

{{- define "valkey-cluster.affinity" -}}
{{- if .Values.pod.affinity -}}
{{- toYaml .Values.pod.affinity -}}
{{- else -}}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
    - weight: 100
      podAffinityTerm:
        topologyKey: {{ . }}
        labelSelector:
          matchLabels: {{- include "valkey-cluster.selectorLabels" $ | nindent 12 }}
    {{- end }}
{{- end -}}
{{- end }}
