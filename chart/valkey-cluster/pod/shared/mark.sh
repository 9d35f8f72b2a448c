# shellcheck shell=sh
# The mark on the volume, a line that says whose the volume is: the release as NAMESPACE/NAME, the node's id, and of a copy, until
# its cluster is whole, the release that it was copied from.

MARK=$DATA/release

read_mark() {
  MARK_RELEASE=
  MARK_ID=
  MARK_ORIGIN=
  # shellcheck disable=SC2034 # identity.sh and upkeep.sh read them
  if [ -r "$MARK" ]; then read -r MARK_RELEASE MARK_ID MARK_ORIGIN <"$MARK"; fi
}

# write_mark ID [ORIGIN]: all of it or nothing, and on the disk before anything that follows from it.
write_mark() {
  echo "$RELEASE $*" >"$MARK.new" && on_disk "$MARK.new" && mv "$MARK.new" "$MARK" && on_disk "$DATA"
}
