{{/* What no schema can see: each refusal names the value, says why, and what to do. Included once, by the StatefulSet. */}}
{{- define "redis-cluster.checks" -}}
{{- include "redis-cluster.checkName" . }}
{{- include "redis-cluster.checkSiblings" . }}
{{- include "redis-cluster.checkGlobal" . }}
{{- if and .Values.auth.password .Values.auth.existingSecret }}
{{- fail "auth.password and auth.existingSecret are both set, and only one can hold the password: remove one of them." }}
{{- end }}
{{- if and (not .Values.persistence.enabled) (eq (int .Values.cluster.replicasPerShard) 0) }}
{{- fail "persistence.enabled is false and cluster.replicasPerShard is 0: a pod that restarts would lose its shard for good, slots and all. Set one replica, or persistence." }}
{{- end }}
{{- if and (eq .Values.cluster.writes "replicated") (eq (int .Values.cluster.replicasPerShard) 0) }}
{{- fail "cluster.writes is replicated and cluster.replicasPerShard is 0: no write would ever be taken. Set one replica or more, or cluster.writes to available." }}
{{- end }}
{{- include "redis-cluster.checkSize" . }}
{{- include "redis-cluster.checkZones" . }}
{{- include "redis-cluster.checkEnv" . }}
{{- include "redis-cluster.checkExtraConfig" . }}
{{- include "redis-cluster.checkPassword" . }}
{{- include "redis-cluster.checkUsers" . }}
{{- include "redis-cluster.checkSecret" . }}
{{- include "redis-cluster.checkFixed" . }}
{{- include "redis-cluster.checkOutsiders" . }}
{{- end }}

{{/* Kubernetes would refuse the Services, after other objects were made. It took the name of a release that is there. */}}
{{- define "redis-cluster.checkName" -}}
{{- $full := include "redis-cluster.fullname" . }}
{{- if and .Release.IsInstall (not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $full)) }}
{{- fail (printf "the release's name %q and the chart's name %q make the name %q, which Kubernetes does not take for a Service: it wants lower-case letters, digits and dashes, beginning with a letter. Set fullnameOverride to such a name." .Release.Name (include "redis-cluster.name" .) $full) }}
{{- end }}
{{- end }}

{{/*
Two charts below one parent come to the same name if the release's name holds both of theirs, or is too long. Helm hands all charts of a
release one and the same .Release, so each leaves its name there for the next to see.
*/}}
{{- define "redis-cluster.checkSiblings" -}}
{{- $full := include "redis-cluster.fullname" . }}
{{- $charts := .Release.clusterNames | default dict }}
{{- if hasKey $charts $full }}
{{- fail (printf "%s.fullnameOverride or %s.fullnameOverride has to be set: in the release %q the objects of both would be called %q. Set it for the one that is not installed yet, so that the other keeps its name." (get $charts $full) .Chart.Name .Release.Name $full) }}
{{- end }}
{{- $_ := set .Release "clusterNames" (set $charts $full .Chart.Name) }}
{{- end }}

{{/* Every node tells every other of all others. The engines recommend no larger cluster, and the Jobs are tested up to this. */}}
{{- define "redis-cluster.checkSize" -}}
{{- $nodes := mul (int .Values.cluster.shards) (add 1 (int .Values.cluster.replicasPerShard)) }}
{{- if gt $nodes 1000 }}
{{- fail (printf "cluster.shards is %d and cluster.replicasPerShard is %d: that makes %d nodes, and a cluster has no more than 1000, because every node tells every other of all. Set fewer shards or replicas, or install several releases and divide the keys among them." (int .Values.cluster.shards) (int .Values.cluster.replicasPerShard) $nodes) }}
{{- end }}
{{- end }}

{{/* A name that no Kubernetes node can have would count for none, silently. Linux takes no variable of more than 128 KiB, and kubectl apply writes a whole Job into an annotation of at most 256 KiB. */}}
{{- define "redis-cluster.checkZones" -}}
{{- range $node, $zone := .Values.cluster.zones }}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$" $node) }}
{{- fail (printf "cluster.zones has a zone for %q, which is no name of a Kubernetes node: write the name as kubectl get nodes shows it, in lower-case letters, digits, dashes and dots." $node) }}
{{- end }}
{{- end }}
{{- $bytes := len (include "redis-cluster.zones" .) }}
{{- if gt $bytes 100000 }}
{{- fail (printf "cluster.zones has %d Kubernetes nodes, whose names and zones make %d bytes, and the Jobs can be told 100000: leave out nodes that pods of this release never run on." (len .Values.cluster.zones) $bytes) }}
{{- end }}
{{- end }}

{{/* The pod's own scripts run with the server's environment: another NAME or DATA would lead them to other pods and volumes. */}}
{{- define "redis-cluster.checkEnv" -}}
{{- $own := list "NAME" "SERVICE" "RELEASE" "POD_NAME" "POD_NAMESPACE" "POD_IP" "NODE_NAME" "ZONE" "REVISION" "GRACE_SECONDS" "MEMORY_LIMIT" "MAXMEMORY_PERCENT" "PORT" "AUTH_FILE" "USERS" "REDISCLI_AUTH" "VALKEYCLI_AUTH" "ASK_SECONDS" "NAME_SECONDS" "TOPOLOGY" "CONFIG" "DATA" "RUN" "WORK" "LOG" "RESOLV_CONF" "CLIENT_SERVICE" }}
{{- range .Values.pod.extraEnv }}
{{- if has .name $own }}
{{- fail (printf "pod.extraEnv sets %s, but the scripts that start, probe and stop the server go by a variable of that name: remove it, or give it another name." .name) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Who comes from outside has the address of a Kubernetes node, or an address of its own, and is no pod of any namespace. */}}
{{- define "redis-cluster.checkOutsiders" -}}
{{- $policy := .Values.networkPolicy }}
{{- $outside := eq $policy.clients "anywhere" }}
{{- range $policy.from }}
{{- if hasKey . "ipBlock" }}{{ $outside = true }}{{ end }}
{{- end }}
{{- if and $policy.enabled (ne .Values.service.type "ClusterIP") (not $outside) }}
{{- fail (printf "service.type is %s, but networkPolicy lets no client in that comes from outside: add an ipBlock with the clients' addresses to networkPolicy.from, or set networkPolicy.clients to anywhere." .Values.service.type) }}
{{- end }}
{{- end }}
