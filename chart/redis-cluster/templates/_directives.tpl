{{/* What cluster.extraConfig may not hold, from schema/directives.yaml. */}}

{{/* A list: directives, the least number with which they are taken all the same (0 for none), whether that matters, and why it is so. */}}
{{- define "redis-cluster.refused" -}}
- names: [port, cluster-port]
  least: 0
  matters: true
  why: "clients, peers and scripts reach every server at 6379 and 16379: remove it"
- names: [bind, protected-mode]
  least: 0
  matters: true
  why: "every server takes clients, peers and scripts at its pod's address: remove it"
- names: [tls-port, tls-cluster, tls-replication]
  least: 0
  matters: true
  why: "no script, probe or Job of the chart speaks TLS: remove it"
- names: [cluster-announce-ip, cluster-announce-port, cluster-announce-tls-port, cluster-announce-bus-port, cluster-announce-hostname, cluster-announce-client-ipv4, cluster-announce-client-ipv6, cluster-announce-client-port, cluster-announce-client-tls-port, replica-announce-ip, replica-announce-port, slave-announce-ip, slave-announce-port, bind-source-addr]
  least: 0
  matters: true
  why: "each pod has its own address, and this would be the same for all pods: remove it"
- names: [cluster-preferred-endpoint-type]
  least: 0
  matters: true
  why: "a pod announces its address alone, so clients can be led to nothing else: remove it"
- names: [cluster-enabled, cluster-config-file]
  least: 0
  matters: true
  why: "every server is a node of the cluster, and the scripts look for it in nodes.conf: remove it"
- names: [dir, dbfilename, appendfilename, appenddirname]
  least: 0
  matters: true
  why: "the scripts know the server's files by their places: remove it"
- names: [include]
  least: 0
  matters: true
  why: "nobody checks what it leads to, and no pod restarts when that changes: write those lines here"
- names: [daemonize]
  least: 0
  matters: true
  why: "a container lives as long as the process that it began with: remove it"
- names: [logfile]
  least: 0
  matters: true
  why: "Kubernetes keeps what the server prints, and nothing else: remove it"
- names: [requirepass, masterauth, primaryauth]
  least: 0
  matters: true
  why: "all pods and Jobs take the password from one Secret: set auth.password or auth.existingSecret instead"
- names: [user, aclfile, masteruser, primaryuser, rename-command]
  least: 0
  matters: true
  why: "the scripts, probes and Jobs say their commands as the default user: remove it"
- names: [replicaof, slaveof]
  least: 0
  matters: true
  why: "the cluster says who is whose replica: remove it"
- names: [cluster-allow-replica-migration, cluster-migration-barrier]
  least: 0
  matters: true
  why: "the plan says to which shard a replica belongs: remove it"
- names: [cluster-replica-no-failover, cluster-slave-no-failover]
  least: 0
  matters: true
  why: "a pod that leaves says so by it, and its keeper clears it: remove it"
- names: [cluster-replica-validity-factor, cluster-slave-validity-factor]
  least: 0
  matters: true
  why: "it keeps a replica with old data from taking over: remove it"
- names: [replica-serve-stale-data, slave-serve-stale-data]
  least: 0
  matters: true
  why: "a replica that has lost its master would not answer the keeper, which finds the master again: remove it"
- names: [cluster-blacklist-ttl]
  least: 0
  matters: true
  why: "a node that the Job had forgotten would be back before all others have forgotten it: remove it"
- names: [cluster-databases]
  least: 0
  matters: true
  why: "whether a pod holds keys is told by database 0 alone: remove it"
- names: [cluster-node-timeout]
  least: 0
  matters: true
  why: "the chart sets it, and the scripts wait by it: set cluster.nodeTimeoutMilliseconds instead"
- names: [cluster-require-full-coverage]
  least: 0
  matters: true
  why: "the chart sets it: set cluster.requireFullCoverage instead"
- names: [min-replicas-to-write, min-replicas-max-lag, min-slaves-to-write, min-slaves-max-lag]
  least: 0
  matters: {{ eq (include "redis-cluster.textAt" (list . "cluster.writes")) "replicated" }}
  why: "cluster.writes sets it: set cluster.writes to available, or remove it"
- names: [maxmemory]
  least: 0
  matters: {{ ne (include "redis-cluster.textAt" (list . "resources.limits.memory")) "" }}
  why: "the chart sets it to a share of the container's memory: set resources.limits.memory and memory.maxmemoryPercent instead"
- names: [maxmemory-policy]
  least: 0
  matters: true
  why: "the chart sets it: set memory.policy instead"
- names: [appendonly]
  least: 0
  matters: true
  why: "the chart sets it, and the scripts go by it: set persistence.appendonly instead"
- names: [appendfsync]
  least: 0
  matters: true
  why: "the chart sets it: set persistence.appendfsync instead"
- names: [save]
  least: 0
  matters: true
  why: "the chart sets it: set persistence.save instead"
- names: [aof-load-truncated]
  least: 0
  matters: true
  why: "a server that is killed leaves a file whose end is cut off, and has to start from it: remove it"
- names: [repl-backlog-size]
  least: 0
  matters: true
  why: "the chart sets it to a share of the container's memory: remove it"
- names: [repl-diskless-sync, repl-diskless-sync-delay]
  least: 0
  matters: true
  why: "a replica that joins gets its data at once, over the network alone: remove it"
- names: [shutdown-timeout, shutdown-on-sigterm]
  least: 0
  matters: true
  why: "the handover leaves the server so many seconds of the pod's grace period: remove it"
- names: [syslog-ident]
  least: 0
  matters: true
  why: "each pod tells the others by it where it runs and what: remove it"
- names: [availability-zone]
  least: 0
  matters: true
  why: "each pod tells clients its own zone, and this would be the same for all pods: set cluster.zones instead"
- names: [hz]
  least: 10
  matters: true
  why: "a server that looks around less often finds failures late, or where there are none: give 10 or more"
- names: [maxclients]
  least: 1000
  matters: true
  why: "each other pod takes two connections, and the keeper, the probes and the Jobs take theirs: give 1000 or more"
{{- end }}

{{/* The server takes quotes and escapes off a directive's name too. No configuration needs them there, so they are refused as such. */}}
{{- define "redis-cluster.checkExtraConfig" -}}
{{- $refused := include "redis-cluster.refused" . | fromYamlArray }}
{{- $mistakes := list }}
{{- range splitList "\n" (.Values.cluster.extraConfig | default "") }}
{{- $words := append (regexSplit "[ \t\r]+" (trim .) -1) "" }}
{{- $name := first $words | lower }}
{{- $number := index $words 1 | int64 }}
{{- if not (regexMatch "^(#.*|[a-z0-9._-]*)$" $name) }}
{{- $mistakes = append $mistakes (printf "has quotes or escapes in %s: write the name of a directive plainly" $name) }}
{{- end }}
{{- range $refused }}
{{- if and .matters (has $name .names) (or (eq (int64 .least) 0) (lt $number (int64 .least))) }}
{{- $mistakes = append $mistakes (printf "sets %s, but %s" $name .why) }}
{{- end }}
{{- end }}
{{- end }}
{{- if $mistakes }}
{{- fail (printf "cluster.extraConfig %s." (join ". It " $mistakes)) }}
{{- end }}
{{- end }}
