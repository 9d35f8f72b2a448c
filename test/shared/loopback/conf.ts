/** The configuration of a server, as the chart's ConfigMap has it but for the address. */
export const serverConf = (address: string, volumes: boolean) => `port 6379
bind ${address}
protected-mode no
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000
cluster-require-full-coverage no
repl-diskless-sync yes
repl-diskless-sync-delay 0
${volumes ? 'appendonly yes' : 'appendonly no\nrepl-diskless-load on-empty-db\nrdb-del-sync-files yes'}
save ""
`

/** Directives by version for an engine's server, one of them unknown to any. */
export const directives = (server: string) => `6.2 cluster-allow-replica-migration no
7.0 cluster-port 16379
${server === 'valkey-server' ? '8.0 availability-zone "{zone}"\n' : ''}99.0 a-directive-of-the-future yes
`
