# shellcheck shell=sh
# Sourced by start.sh: a volume that is not this release's own. A node is known by its id alone, and remembers where the others
# were. The copy of a volume, started beside the original, would take the original's members for its own.

# The release that this volume was copied from, as long as that matters to the others.
COPY_OF=
EMPTY_IT="To have this pod join as a new replica, delete the PersistentVolumeClaim data-$POD_NAME and then the pod."

look_after_identity() {
  local id
  read_mark
  if [ ! -e "$DATA/nodes.conf" ]; then
    rm -f "$MARK"
    return
  fi
  id=$(own_line 2)
  if [ -n "$MARK_RELEASE" ] && [ "$MARK_RELEASE" != "$RELEASE" ]; then
    COPY_OF=$MARK_RELEASE
    if ! stands_alone "$(renamed "$id")" 15; then return 1; fi
    # First the mark: a start that is cut short goes on from what it says.
    if ! write_mark "$(renamed "$id")" "$COPY_OF"; then
      log refuse "the volume is a copy of one of $COPY_OF, and $MARK, which is to say so, cannot be written. $(space_advice)"
      return 1
    fi
    take_identity
  elif [ -n "$MARK_ORIGIN" ]; then
    case $MARK_ID in
      "$id") COPY_OF=$MARK_ORIGIN && stands_alone "$MARK_ID" 0 ;;
      "$(renamed "$id")") COPY_OF=$MARK_ORIGIN && stands_alone "$MARK_ID" 0 && take_identity ;;
    esac
  fi
}

# renamed ID: the id that takes this one's place in this release. All pods come to the same without talking to each other.
renamed() {
  local sum
  sum=$(printf '%s' "$1$RELEASE" | sha1sum)
  echo "${sum%% *}"
}

# take_identity: leaves in nodes.conf this node and its master, under new ids and with no address. A replica whose master is
# missing there ends Valkey with the first packet of that master.
take_identity() {
  local id master shard
  id=$(own_line 2)
  master=$(own_line 5)
  shard=$(own_line 12)
  # What else tells of the node that the original is.
  rm -f "$DATA/nodes.conf.kept" "$DATA/synced"
  if ! nodes <"$DATA/nodes.conf" | awk -v id="$id" -v new_id="$(renamed "$id")" \
    -v master="$master" -v new_master="$(renamed "$master")" -v new_shard="$(renamed "$shard")" '
    function set(column, value) { print $2, column, value }
    $1 != "node" { next }
    $2 != id && $2 != master { set("drop", "-"); next }
    { set("address", ":0@0"); set("shard", new_shard); set("open", "-") }
    $2 == id { set("id", new_id); if ($5 == master && master != "-") set("master", new_master); next }
    { set("id", new_master); set("flags", "master,noaddr"); set("master", "-"); set("sent", 0); set("heard", 0); set("link", "disconnected") }
    ' | edit_nodes_conf; then
    log refuse "the volume was not given an identity of its own: what came out as $DATA/nodes.conf is broken, and was thrown away"
    return 1
  fi
  log volume "a copy of a volume of $COPY_OF: this node was $id there and is $(own_line 2) here"
}

# stands_alone ID SECONDS: whether no pod of this release is part of a cluster that does not know this copy, which has that id.
# Pods that do not answer yet are waited for as long.
stands_alone() {
  local others
  deadline_in "$2"
  while :; do
    others=$(company "$1")
    case $others in
      apart*)
        log refuse "the volume of $POD_NAME is marked as one of $COPY_OF, but this release, $RELEASE, has a cluster already, of which pod ${others#apart } is a part. $EMPTY_IT To use the copy, install a release of its own on copies of all volumes of $COPY_OF."
        return 1
        ;;
      locked)
        tell_of_password refuse
        return 1
        ;;
      together) return 0 ;;
    esac
    if ! before_deadline; then return 0; fi
    sleep 1 &
    wait $!
  done
}

# company ID: what the other pods are to this copy:
#   apart ORDINAL  that pod is part of something else
#   locked         most do not take this pod's password
#   together       all answer, and they are part of the same or of nothing
#   some           as together, of those that answer
company() {
  hear "$1"
  awk -v copy="$COPY_OF" -v peers="$(($(desired_size) - 1))" '
    $3 == "listed" { knows = 1 }
    $3 == "unlisted" && ($2 == "whole" || $4 != copy && ($2 != "none" || $4 != "-")) { apart = $1; found = 1 }
    $2 == "none" || $4 == copy { answered++ }
    $2 == "locked" { locked++ }
    END {
      if (knows) print "together"
      else if (found) print "apart", apart
      else if (locked * 2 > peers) print "locked"
      else print (answered >= peers ? "together" : "some")
    }' "$HEARD"
  rm -f "$HEARD"
}
