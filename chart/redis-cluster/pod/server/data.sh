# shellcheck shell=sh
# Sourced by start.sh: is what this master is about to load everything that it had? If it returned with less before its replica
# took over, the replica would discard what the master lacks.

# appended: the file that a server appended to last, whose end a crash can damage. Older engines have but one.
appended() {
  if [ -e "$DATA/appendonlydir/appendonly.aof.manifest" ]; then
    awk -v folder="$DATA/appendonlydir" '/ type i/ { file = $2 } END { print folder "/" file }' "$DATA/appendonlydir/appendonly.aof.manifest"
  elif [ -e "$DATA/appendonly.aof" ]; then
    echo "$DATA/appendonly.aof"
  fi
}

# damaged FILE: as the engine's own program says, which reads the whole of it, about three times as fast as a server loads
# it. If that takes the program a node timeout, the server takes long enough for the replica to take over, damaged or not.
damaged() {
  local code
  if [ ! -s "$1" ] || ! command -v "$ENGINE-check-aof" >/dev/null; then return 1; fi
  code=0
  timeout "$(($(setting cluster-node-timeout) / 1000))" "$ENGINE-check-aof" "$1" </dev/null >/dev/null 2>&1 || code=$?
  [ "$code" = 1 ]
}

# has_replica ID: whether nodes.conf knows a replica of this node that has not failed.
has_replica() {
  nodes <"$DATA/nodes.conf" | awk -v id="$1" '$1 == "node" && $5 == id && $4 !~ /fail/ { found = 1 } END { exit !found }'
}

look_after_data() {
  local id
  id=$(own_line 2)
  if ! owns_slots_itself; then return 0; fi
  if [ "$(setting appendonly)" != yes ]; then
    if has_replica "$id"; then await_failover "id" "$id" "this master has no more than its last snapshot"; fi
  elif [ -z "$(appended)" ]; then
    await_failover "id" "$id" "this master lost its data"
    if [ "$(desired replicas)" -gt 0 ] && [ "$(owns_slots "id" "$id")" != no ]; then
      log refuse "the append-only file of this master is gone, and no other pod has its slots yet. Started empty, it would have its replica throw the data away. A replica that does not take over by itself does so when told: CLUSTER FAILOVER FORCE. Without any replica, bring the volume back from a backup."
      return 1
    fi
  elif has_replica "$id" && [ "$(owns_slots "id" "$id")" = yes ]; then
    if ! takes_data start; then
      # What it took last before it began to refuse writes can be missing from the file.
      await_failover "id" "$id" "this master's volume is full"
    elif damaged "$(appended)"; then
      await_failover "id" "$id" "this master's append-only file is damaged"
    fi
  fi
}

# tell_of_failed_start: a server that does not start from its file says so once; its successor in the pod says what to do.
tell_of_failed_start() {
  if [ ! -e "$RUN/server.conf" ] || [ -e "$RUN/ready" ]; then return 0; fi
  log volume "the server that ran here before was never ready. If it said that its file is damaged (Bad file format, wrong checksum): if the shard has another copy, delete the PersistentVolumeClaim data-$POD_NAME and then the pod, which joins anew as a replica. If it has none, make a copy of the volume first; $ENGINE-check-aof --fix then keeps what stands before the damage."
}
