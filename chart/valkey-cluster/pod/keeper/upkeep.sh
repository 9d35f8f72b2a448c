# shellcheck shell=sh
# Sourced by keeper.sh: what the keeper does on the volume, beside what the server writes there.

VOLUME_TOLD=yes
COPY_HAS=
COPY_SEEN_WITH=

# tell_of_volume: once when the server cannot save to its volume, and once when it can again.
tell_of_volume() {
  if [ "$HEALTH" = none ] || [ "$SAVES" = "$VOLUME_TOLD" ]; then return; fi
  VOLUME_TOLD=$SAVES
  case $SAVES in
    no)
      takes_data keeper || :
      log volume "the server cannot save to its volume, and can refuse writes until it does. $(space_advice)"
      ;;
    yes) log volume "the server saves to its volume again" ;;
  esac
}

# keep_copy: a copy of nodes.conf, for a volume that loses it, renewed when what this node is has changed.
keep_copy() {
  if [ "$IDENTITY" = "$COPY_HAS" ] && [ -e "$DATA/nodes.conf.kept" ]; then return; fi
  if [ "$(identity_in "$DATA/nodes.conf")" = "$(identity_in "$DATA/nodes.conf.kept")" ]; then
    # In two rounds, because a server answers before it writes the file.
    if [ "$IDENTITY" = "$COPY_SEEN_WITH" ]; then COPY_HAS=$IDENTITY; fi
    COPY_SEEN_WITH=$IDENTITY
    return
  fi
  COPY_HAS=
  # The server may be writing the file at this moment: what was copied is judged.
  if cp "$DATA/nodes.conf" "$DATA/nodes.conf.kept.new" && usable "$DATA/nodes.conf.kept.new"; then
    mv "$DATA/nodes.conf.kept.new" "$DATA/nodes.conf.kept"
  fi
}

# identity_in FILE: what this node is, and the ids that it knows: from a copy made too early it would find nobody.
identity_in() {
  if [ -e "$1" ]; then nodes <"$1" | awk '$1 != "node" { next } $4 ~ /myself/ { $10 = ""; print } { print $2 }'; fi
}

# keep_mark: marks the volume as this release's once a peer lists this node. A copy says where it comes from until it sees all
# of its cluster: until then the others may not know it yet.
keep_mark() {
  read_mark
  case "$MARK_RELEASE $MARK_ID $MARK_ORIGIN" in
    "$RELEASE $NODE_ID ") return ;;
    "$RELEASE "*) ;;
    *) if [ -n "$MARK_RELEASE" ]; then return; fi ;;
  esac
  if [ -n "$MARK_ORIGIN" ] && ! sees_all; then return; fi
  if [ "$(standing "$NODE_ID" 1)" != joined ]; then return; fi
  write_mark "$NODE_ID" && log volume "marked as a volume of $RELEASE"
}

# sees_all: whether all slots are served, and as many nodes are well seen as there shall be.
sees_all() {
  [ "$COVERED" = 16384 ] && awk -v size="$(desired_size)" '
    $1 == "node" { if ($4 ~ /fail|noaddr|handshake/) ill = 1; nodes++ }
    END { exit ill || nodes < size }' "$VIEW"
}
