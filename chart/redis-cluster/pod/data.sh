# shellcheck shell=sh
# Sourced by start.sh: whether what a master is about to load is all that it had. One that comes back with less before its
# replica took over has the replica throw away what is missing.

# setting NAME: what the configuration says; the installer's own lines come last, and the last one counts.
setting() {
  cat "$CONFIG/server.conf" "$CONFIG/extra.conf" 2>/dev/null | awk -v name="$1" '$1 == name { value = $2 } END { print value }'
}

# appended: the file that a server appended to last, whose end a crash can damage. Older engines have but one.
appended() {
  if [ -e "$DATA/appendonlydir/appendonly.aof.manifest" ]; then
    awk -v folder="$DATA/appendonlydir" '/ type i/ { file = $2 } END { print folder "/" file }' "$DATA/appendonlydir/appendonly.aof.manifest"
  elif [ -e "$DATA/appendonly.aof" ]; then
    echo "$DATA/appendonly.aof"
  fi
}

# damaged FILE: as the engine's own program has it, which reads the whole of it, about three times as fast as a server loads
# it. What takes it a node timeout takes the server long enough for the replica to take over, whatever is found.
damaged() {
  if [ ! -s "$1" ] || ! command -v "$ENGINE-check-aof" >/dev/null; then return 1; fi
  DAMAGED=0
  timeout "$(($(setting cluster-node-timeout) / 1000))" "$ENGINE-check-aof" "$1" </dev/null >/dev/null 2>&1 || DAMAGED=$?
  [ "$DAMAGED" = 1 ]
}

owns_with_replica() {
  [ -n "$(own_line 9)" ] && awk -v id="$(own_line 1)" '$4 == id && $3 !~ /fail/ { found = 1 } END { exit !found }' "$DATA/nodes.conf"
}

look_after_data() {
  DATA_ID=$(own_line 1)
  if [ -z "$(own_line 9)" ]; then return 0; fi
  if [ "$(setting appendonly)" != yes ]; then
    if owns_with_replica; then await_failover "id" "$DATA_ID" "this master has no more than its last snapshot"; fi
  elif [ -z "$(appended)" ]; then
    await_failover "id" "$DATA_ID" "this master lost its data"
    if [ "$(desired replicas)" -gt 0 ] && [ "$(owns_slots "id" "$DATA_ID")" != no ]; then
      log refuse "the append-only file of this master is gone, and no other pod has its slots yet. Started empty, it would have its replica throw the data away. A replica that does not take over by itself does so when told: CLUSTER FAILOVER FORCE. Without any replica, bring the volume back from a backup."
      return 1
    fi
  elif owns_with_replica && [ "$(owns_slots "id" "$DATA_ID")" = yes ]; then
    if ! takes_data start; then
      # What it took last before it began to refuse writes can be missing from the file.
      await_failover "id" "$DATA_ID" "this master's volume is full"
    elif damaged "$(appended)"; then
      await_failover "id" "$DATA_ID" "this master's append-only file is damaged"
    fi
  fi
}

# tell_of_failed_start: a server that does not start from its file says so once; its successor in the pod says what to do.
tell_of_failed_start() {
  if [ ! -e "$RUN/server.conf" ] || [ -e "$RUN/ready" ]; then return 0; fi
  log volume "the server that ran here before was never ready. If it said that its file is damaged (Bad file format, wrong checksum): where the shard has another copy, delete the PersistentVolumeClaim data-$POD_NAME and then the pod, which joins anew as a replica. Where it has none, make a copy of the volume first; $ENGINE-check-aof --fix then keeps what stands before the damage."
}
