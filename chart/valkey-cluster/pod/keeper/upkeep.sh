# shellcheck shell=sh
# Sourced by keeper.sh: what the keeper does on the volume, beside what the server writes there.

SPACE_WAS=good

# tell_of_volume: once when the server cannot save to its volume, and once when it can again.
tell_of_volume() {
  local space
  if [ ! -s "$VIEW" ]; then return; fi
  space=good
  if grep -Eq '^(aof_last_write|aof_last_bgrewrite|rdb_last_bgsave)_status:err' "$VIEW"; then space=bad; fi
  if [ "$space" = "$SPACE_WAS" ]; then return; fi
  SPACE_WAS=$space
  case $space in
    bad) log volume "the server cannot save to its volume, and can refuse writes until it does. $SPACE_ADVICE" ;;
    good) log volume "the server saves to its volume again" ;;
  esac
}

# keep_copy: a copy of nodes.conf, for a volume that loses it, renewed when what this node is has changed.
keep_copy() {
  if [ "$(identity_in "$DATA/nodes.conf")" = "$(identity_in "$DATA/nodes.conf.kept")" ]; then return; fi
  if ! grep -q '^vars currentEpoch ' "$DATA/nodes.conf"; then return; fi
  cp "$DATA/nodes.conf" "$DATA/nodes.conf.kept.new" && mv "$DATA/nodes.conf.kept.new" "$DATA/nodes.conf.kept"
}

# identity_in FILE: what this node is, and the ids that it knows: from a copy made too early it would find nobody.
identity_in() {
  if [ -e "$1" ]; then nodes <"$1" | awk '$1 != "node" { next } $4 ~ /myself/ { $10 = ""; print } { print $2 }'; fi
}

# keep_mark: marks the volume as this release's once a peer lists this node. A copy says where it comes from until it sees all
# of its cluster: until then the others may not know it yet.
keep_mark() {
  local id
  id=$(own_id)
  read_mark
  case "$MARK_RELEASE $MARK_ID $MARK_ORIGIN" in
    "$RELEASE $id ") return ;;
    "$RELEASE "*) ;;
    *) if [ -n "$MARK_RELEASE" ]; then return; fi ;;
  esac
  if [ -n "$MARK_ORIGIN" ] && ! sees_all; then return; fi
  if [ "$(standing "$id" 1)" != joined ]; then return; fi
  write_mark "$id" && log volume "marked as a volume of $RELEASE"
}

# sees_all: whether all slots are served, and as many nodes are well seen as there shall be.
sees_all() {
  [ "$(fact cluster_slots_ok)" = 16384 ] && awk -v size="$(desired_size)" '
    $1 == "node" { if ($4 ~ /fail|noaddr|handshake/) ill = 1; nodes++ }
    END { exit ill || nodes < size }' "$VIEW"
}
