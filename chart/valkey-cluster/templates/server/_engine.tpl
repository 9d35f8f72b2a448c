{{/* The engine's configuration, as far as it is the same for every pod and does not depend on the image's version. */}}
{{- define "valkey-cluster.serverConf" -}}
port 6379
protected-mode no
tcp-keepalive 60
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout {{ int .Values.cluster.nodeTimeoutMilliseconds }}
cluster-require-full-coverage {{ ternary "yes" "no" .Values.cluster.requireFullCoverage }}
# A replica that joins gets the data at once, over the network alone.
repl-diskless-sync yes
repl-diskless-sync-delay 0
# A replica that has not heard of its master for long does not take over with old data.
cluster-replica-validity-factor 10
{{- if eq .Values.cluster.writes "replicated" }}
# A replica answers once a second: a second more than that, and its master takes no writes.
min-replicas-to-write 1
min-replicas-max-lag 1
{{- end }}
maxmemory-policy {{ .Values.memory.policy }}
{{- if .Values.persistence.enabled }}
appendonly {{ ternary "yes" "no" .Values.persistence.appendonly }}
appendfsync {{ .Values.persistence.appendfsync }}
save {{ .Values.persistence.save | default "\"\"" }}
{{- else }}
# Nothing stands on the disk that a restart would read: a server without a volume gets its data from its master, into memory.
appendonly no
save ""
repl-diskless-load on-empty-db
rdb-del-sync-files yes
{{- end }}
{{- end }}

{{/* Directives that only newer engines know: the first version, then the line. start.sh takes those that fit the image. */}}
{{- define "valkey-cluster.directives" -}}
8.0 cluster-allow-replica-migration no
8.0 cluster-port 16379
8.0 shutdown-timeout 10
8.0 availability-zone "{zone}"
9.1 shutdown-on-sigterm failover
{{- end }}

{{/* All that a server reads at its start: the pods restart when it changes. */}}
{{- define "valkey-cluster.engineFiles" -}}
server.conf: |
  {{- include "valkey-cluster.serverConf" . | nindent 2 }}
directives: |
  {{- include "valkey-cluster.directives" . | nindent 2 }}
{{- with .Values.cluster.extraConfig }}
extra.conf: {{ . | quote }}
{{- end }}
{{- end }}
