# shellcheck shell=sh
# Sourced by start.sh: looks after the volume before the server opens it. The server's own identity is in nodes.conf, and a
# server with data but without its identity would claim the slots of its keys as a stranger.

# await_volume: a pod that was deleted by force can run on when its successor starts, on the same volume. Its start.sh and its
# server hold a lock on it; the engine's own, on nodes.conf, is lost if the engine replaces that file (redis 8, valkey 8).
await_volume() {
  local said
  if ! command -v flock >/dev/null || ! (: >>"$DATA/lock") 2>/dev/null; then return; fi
  # Inherited by the server, so that it ends with the last of the two.
  exec 9<"$DATA/lock"
  said=
  deadline_in "$GRACE_SECONDS"
  until flock -n 9; do
    if ! before_deadline; then return; fi
    if [ -z "$said" ]; then log volume "another server still has this volume open; waiting for its end"; fi
    said=yes
    sleep 0.2 &
    wait $!
  done
}

has_data() {
  local file
  for file in "$DATA"/dump.rdb "$DATA"/appendonly.aof "$DATA"/appendonlydir/*; do
    if [ -s "$file" ]; then return 0; fi
  done
  return 1
}

look_after_volume() {
  local id
  own_nodes_conf
  # Before anybody asks the server, which may refuse a file for that alone.
  agree_on_shards "$DATA/nodes.conf"
  leave_zones_out "$DATA/nodes.conf"
  if ! usable "$DATA/nodes.conf"; then
    identify || return 1
  fi
  look_after_identity || return 1
  if [ ! -e "$DATA/nodes.conf" ]; then
    await_failover "address" "$POD_IP" "this pod lost its volume, and its address is still that of a master"
    return 0
  fi
  id=$(own_line 2)
  await_standing "$id" || return 1
  case $STANDING in
    locked)
      tell_of_password refuse
      return 1
      ;;
    twin)
      log refuse "another pod of this release runs as the node that this volume holds, $id: the volume is a copy of that pod's. $EMPTY_IT"
      return 1
      ;;
    outside)
      log volume "the cluster has forgotten this node, $id"
      set_aside
      ;;
    *) look_after_data ;;
  esac
}

# await_standing ID: how the node stands, into STANDING; false if nobody can tell whether the cluster has forgotten the
# node. Its data would be set aside then, so a part of the cluster that does not know the node is not enough.
await_standing() {
  deadline_in 30
  while :; do
    # Sixteen are enough to tell, and of two hundred that have all just moved each would take its second.
    STANDING=$(standing "$1" 16)
    if [ "$STANDING" != outside ] || forgotten "$1"; then return 0; fi
    if ! before_deadline; then break; fi
    sleep 1 &
    wait $!
    forget_answers
  done
  log refuse "who answers of the cluster does not know this node, $1, but that is no majority of its masters, so the cluster may not have forgotten the node. This pod tries again; if the others are gone for good, bring them back first."
  return 1
}

# identify: without a usable nodes.conf the kept copy says whose this data is; data that nobody can place is not touched.
identify() {
  agree_on_shards "$DATA/nodes.conf.kept"
  leave_zones_out "$DATA/nodes.conf.kept"
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

# set_aside: keeps the old data in a folder of its own, one at a time, and leaves an empty volume.
set_aside() {
  local aside file
  aside=$DATA/aside-$(own_line 2)
  mkdir -p "$aside"
  for file in "$DATA"/*; do
    case ${file##*/} in
      "${aside##*/}" | nodes.conf | lock | lost+found) ;;
      aside-*) rm -rf "$file" ;;
      *) mv "$file" "$aside/" ;;
    esac
  done
  # Last, so that a start that was cut short here goes on with the same folder.
  mv "$DATA/nodes.conf" "$aside/"
  log volume "what was on it is now in $aside, and this pod joins as a new node"
}
