# shellcheck shell=sh
# Sourced by start.sh and keeper.sh: the mark on the volume, a line that says whose the volume is: the release as
# NAMESPACE/NAME, the node's id, and of a copy, until its cluster is whole, the release that it was copied from.

MARK=$DATA/release

read_mark() {
  MARK_RELEASE=
  MARK_ID=
  MARK_ORIGIN=
  if [ -r "$MARK" ]; then read -r MARK_RELEASE MARK_ID MARK_ORIGIN <"$MARK"; fi
}

# write_mark ID [ORIGIN]: all of it or nothing, and on the disk before anything that follows from it.
write_mark() {
  echo "$RELEASE $*" >"$MARK.new" && sync && mv "$MARK.new" "$MARK" && sync
}

# keep_mark: marks the volume as this release's once a peer lists this node. A copy says where it comes from until it sees all
# of its cluster: until then the others may not know it yet.
keep_mark() {
  KEEP_ID=$(own_id)
  read_mark
  case "$MARK_RELEASE $MARK_ID $MARK_ORIGIN" in
    "$RELEASE $KEEP_ID ") return ;;
    "$RELEASE "*) ;;
    *) if [ -n "$MARK_RELEASE" ]; then return; fi ;;
  esac
  if [ -n "$MARK_ORIGIN" ] && ! sees_all; then return; fi
  if [ "$(standing "$KEEP_ID" 1)" != joined ]; then return; fi
  write_mark "$KEEP_ID" && log volume "marked as a volume of $RELEASE"
}

# sees_all: whether all slots are served, and as many nodes are well seen as there shall be.
sees_all() {
  [ "$(fact cluster_slots_ok)" = 16384 ] && awk -v size="$(desired_size)" '
    NF >= 8 && $2 ~ /@/ { if ($3 ~ /fail|noaddr|handshake/) ill = 1; nodes++ }
    END { exit ill || nodes < size }' "$VIEW"
}
