# shellcheck shell=sh
# Sourced by start.sh: looks after the volume before the server opens it. The server's own identity is in nodes.conf, and a
# server with data but without its identity would claim the slots of its keys as a stranger.

# await_volume: a pod that was deleted by force can run on where its successor starts, on the same volume. Its start.sh and its
# server hold a lock on it; the engine's own, on nodes.conf, is lost where the engine replaces that file (redis 8, valkey 8).
await_volume() {
  if ! command -v flock >/dev/null || ! (: >>"$DATA/lock") 2>/dev/null; then return; fi
  # Inherited by the server, so that it ends with the last of the two.
  exec 9<"$DATA/lock"
  VOLUME_SAID=
  deadline_in "$GRACE_SECONDS"
  until flock -n 9; do
    if ! before_deadline; then return; fi
    if [ -z "$VOLUME_SAID" ]; then log volume "another server still has this volume open; waiting for its end"; fi
    VOLUME_SAID=yes
    sleep 0.2 &
    wait $!
  done
}

# usable FILE: whether a server could start with this nodes.conf: it knows itself, and the last line is there.
usable() { grep -q ' [a-z,]*myself' "$1" 2>/dev/null && grep -q '^vars currentEpoch ' "$1"; }

has_data() {
  for VOLUME_FILE in "$DATA"/dump.rdb "$DATA"/appendonly.aof "$DATA"/appendonlydir/*; do
    if [ -s "$VOLUME_FILE" ]; then return 0; fi
  done
  return 1
}

# own_line FIELD: a field of the node's own line in nodes.conf: 1 its id, 9 its first slots.
own_line() { awk -v field="$1" '$3 ~ /myself/ { print $field }' "$DATA/nodes.conf"; }

look_after_volume() {
  if ! usable "$DATA/nodes.conf"; then
    identify || return 1
  fi
  own_nodes_conf
  agree_on_shards
  look_after_identity || return 1
  if [ ! -e "$DATA/nodes.conf" ]; then
    await_failover "address" "$POD_IP" "this pod lost its volume, and its address is still that of a master"
    return 0
  fi
  VOLUME_ID=$(own_line 1)
  await_standing "$VOLUME_ID" || return 1
  case $VOLUME_STANDING in
    locked)
      tell_of_password refuse
      return 1
      ;;
    twin)
      log refuse "another pod of this release runs as the node that this volume holds, $VOLUME_ID: the volume is a copy of that pod's. $EMPTY_IT"
      return 1
      ;;
    outside)
      log volume "the cluster has forgotten this node, $VOLUME_ID"
      set_aside
      ;;
    *) look_after_data ;;
  esac
}

# await_standing ID: how the node stands, into VOLUME_STANDING; false when it cannot be told whether the cluster has forgotten the
# node. Its data would be set aside then, so a part of the cluster that does not know the node is not enough.
await_standing() {
  deadline_in 30
  while :; do
    # Sixteen are enough to tell, and of two hundred that have all just moved each would take its second.
    VOLUME_STANDING=$(standing "$1" 16)
    if [ "$VOLUME_STANDING" != outside ] || forgotten "$1"; then return 0; fi
    if ! before_deadline; then break; fi
    sleep 1 &
    wait $!
  done
  log refuse "who answers of the cluster does not know this node, $1, but that is no majority of its masters, so the cluster may not have forgotten the node. This pod tries again; if the others are gone for good, bring them back first."
  return 1
}

# Without a usable nodes.conf: the kept copy says who this data belongs to; data that nobody can place is not touched.
identify() {
  if ! has_data; then
    rm -f "$DATA/nodes.conf"
  elif usable "$DATA/nodes.conf.kept"; then
    log volume "nodes.conf is missing or broken; its kept copy takes its place"
    cp "$DATA/nodes.conf.kept" "$DATA/nodes.conf.new" && mv "$DATA/nodes.conf.new" "$DATA/nodes.conf"
  else
    log refuse "the volume holds data, but no usable nodes.conf and no kept copy of it, so nobody can say which slots are its own. If the shard has another copy, empty the volume: this pod then joins as a new replica. If not, bring nodes.conf back from a backup."
    return 1
  fi
}

# own_nodes_conf: a server that ran as another user, before this chart took the volume over, wrote it anew when it stopped.
own_nodes_conf() {
  if [ ! -e "$DATA/nodes.conf" ] || [ -w "$DATA/nodes.conf" ]; then return; fi
  cp "$DATA/nodes.conf" "$DATA/nodes.conf.new" && mv -f "$DATA/nodes.conf.new" "$DATA/nodes.conf"
}

# agree_on_shards: a server that ended soon after the cluster was made, or a replica moved, can have written down another shard
# for a replica than for its master, and some versions refuse to start with that (valkey#774, redis#13468).
agree_on_shards() {
  if [ ! -e "$DATA/nodes.conf" ]; then return; fi
  awk '
    match($2, /shard-id=[0-9a-f]+/) { shard = substr($2, RSTART, RLENGTH) }
    NR == FNR { if (shard != "") shards[$1] = shard; shard = ""; next }
    shard != "" && ($4 in shards) && shards[$4] != shard { sub(shard, shards[$4], $2); mended++ }
    { shard = ""; print }
    END { exit !mended }' "$DATA/nodes.conf" "$DATA/nodes.conf" >"$DATA/nodes.conf.new" && usable "$DATA/nodes.conf.new" && sync &&
    mv "$DATA/nodes.conf.new" "$DATA/nodes.conf" &&
    log volume "nodes.conf had a replica in another shard than its master's: it is in that one now"
  rm -f "$DATA/nodes.conf.new"
}

# set_aside: keeps the old data in a folder of its own, one at a time, and leaves an empty volume.
set_aside() {
  ASIDE=$DATA/aside-$(own_line 1)
  mkdir -p "$ASIDE"
  for VOLUME_FILE in "$DATA"/*; do
    case ${VOLUME_FILE##*/} in
      "${ASIDE##*/}" | nodes.conf | lock | lost+found) ;;
      aside-*) rm -rf "$VOLUME_FILE" ;;
      *) mv "$VOLUME_FILE" "$ASIDE/" ;;
    esac
  done
  # Last, so that a start that was cut short here goes on with the same folder.
  mv "$DATA/nodes.conf" "$ASIDE/"
  log volume "what was on it is now in $ASIDE, and this pod joins as a new node"
}

# await_failover id|address VALUE WHY: waits while the peers take that node for the owner of slots, up to the time a failover
# takes. A master that came back without its data would have its replica throw the data away; a new node at the old one's
# address would keep the others from ever counting the old one as failed.
await_failover() {
  if [ "$(owns_slots "$1" "$2")" != yes ]; then return; fi
  VOLUME_SECONDS=$(($(setting cluster-node-timeout) * 3 / 1000 + 5))
  log volume "$3: waiting up to ${VOLUME_SECONDS}s until a replica took over"
  deadline_in "$VOLUME_SECONDS"
  while before_deadline; do
    if [ "$(owns_slots "$1" "$2")" = no ]; then
      log volume "its slots have another owner now"
      return
    fi
    sleep 1 &
    wait $!
  done
  log volume "no replica took over; starting with what is there"
}

# owns_slots id|address VALUE: yes or no, as the first peer has it that knows an owner of every slot; empty when none does.
# A pod that has just lost its own volume knows of nobody, and is no witness.
owns_slots() {
  for VOLUME_PEER in $(peers); do
    VOLUME_ADDRESS=$(address_of "$VOLUME_PEER")
    if [ -z "$VOLUME_ADDRESS" ]; then continue; fi
    VOLUME_OWNS=$(ASK_SECONDS=1 ask "$VOLUME_ADDRESS" CLUSTER NODES | tr -d '\r' | awk -v by="$1" -v value="$2" '
      NF < 9 || $2 !~ /@/ { next }
      { sub(/:[0-9]+@.*/, "", $2) }
      (by == "id" ? $1 : $2) == value { owns = 1 }
      { for (i = 9; i <= NF; i++) if ($i !~ /^\[/) slots += split($i, range, "-") == 2 ? range[2] - range[1] + 1 : 1 }
      END { if (owns) print "yes"; else if (slots == 16384) print "no" }')
    if [ -n "$VOLUME_OWNS" ]; then echo "$VOLUME_OWNS" && return; fi
  done
}
