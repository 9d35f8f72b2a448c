# shellcheck shell=sh
# Sourced by start.sh: a volume that is not this release's own. A node is known by its id alone, and remembers where the others
# were: the copy of a volume, started beside the original, would take the original's members for its own.

# The release that this volume was copied from, as long as that matters to the others.
COPY_OF=
EMPTY_IT="To have this pod join as a new replica, delete the PersistentVolumeClaim data-$POD_NAME and then the pod."

look_after_identity() {
  read_mark
  if [ ! -e "$DATA/nodes.conf" ]; then
    rm -f "$MARK"
  elif [ -n "$MARK_RELEASE" ] && [ "$MARK_RELEASE" != "$RELEASE" ]; then
    COPY_OF=$MARK_RELEASE
    MARK_ID=$(renamed "$(own_line 1)")
    if ! stands_alone "$MARK_ID" 15; then return 1; fi
    # First the mark: a start that is cut short goes on from what it says.
    if ! write_mark "$MARK_ID" "$COPY_OF"; then
      log refuse "the volume is a copy of one of $COPY_OF, and $MARK, which is to say so, cannot be written. Is the volume full, or read-only?"
      return 1
    fi
    take_identity
  elif [ -n "$MARK_ORIGIN" ]; then
    case $MARK_ID in
      "$(own_line 1)") COPY_OF=$MARK_ORIGIN && stands_alone "$MARK_ID" 0 ;;
      "$(renamed "$(own_line 1)")") COPY_OF=$MARK_ORIGIN && stands_alone "$MARK_ID" 0 && take_identity ;;
    esac
  fi
}

# renamed ID: the id that takes this one's place in this release. All pods come to the same without talking to each other.
renamed() {
  RENAMED=$(printf '%s' "$1$RELEASE" | sha1sum)
  echo "${RENAMED%% *}"
}

# take_identity: leaves in nodes.conf this node and its master, under new ids and with no address. A replica whose master is
# missing there ends Valkey with the first packet of that master.
take_identity() {
  IDENTITY_ID=$(own_line 1)
  IDENTITY_MASTER=$(own_line 4)
  IDENTITY_SHARD=$(awk '$3 ~ /myself/ && match($2, /shard-id=[0-9a-f]+/) { print substr($2, RSTART + 9, RLENGTH - 9) }' "$DATA/nodes.conf")
  awk -v id="$IDENTITY_ID" -v new_id="$(renamed "$IDENTITY_ID")" \
    -v master="$IDENTITY_MASTER" -v new_master="$(renamed "$IDENTITY_MASTER")" -v new_shard="$(renamed "$IDENTITY_SHARD")" '
    $1 == "vars" { print; next }
    $1 != id && $1 != master { next }
    {
      sub(/^[^,]*/, ":0@0", $2)
      sub(/shard-id=[0-9a-f]+/, "shard-id=" new_shard, $2)
      if ($1 == id) { $1 = new_id; if ($4 == master && master != "-") $4 = new_master }
      else { $1 = new_master; $3 = "master,noaddr"; $4 = "-"; $5 = $6 = 0; $8 = "disconnected" }
      line = $1
      for (i = 2; i <= NF; i++) if ($i !~ /^\[/) line = line " " $i
      print line
    }' "$DATA/nodes.conf" >"$DATA/nodes.conf.new" || return 1
  if ! usable "$DATA/nodes.conf.new"; then
    log refuse "the volume was not given an identity of its own: $DATA/nodes.conf.new came out broken"
    return 1
  fi
  # What else tells of the node that the original is.
  rm -f "$DATA/nodes.conf.kept" "$DATA/synced"
  sync
  mv "$DATA/nodes.conf.new" "$DATA/nodes.conf" || return 1
  log volume "a copy of a volume of $COPY_OF: this node was $IDENTITY_ID there and is $(own_line 1) here"
}

# stands_alone ID SECONDS: whether no pod of this release is part of a cluster that does not know this copy, which has that id.
# Pods that do not answer yet are waited for as long.
stands_alone() {
  deadline_in "$2"
  while :; do
    ALONE=$(company "$1")
    case $ALONE in
      apart*)
        log refuse "the volume of $POD_NAME is marked as one of $COPY_OF, but this release, $RELEASE, has a cluster already, of which pod ${ALONE#apart } is a part. $EMPTY_IT To use the copy, install a release of its own on copies of all volumes of $COPY_OF."
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

# company ID: what the other pods are to this copy: apart ORDINAL (that one is part of something else), locked (most do not take
# this pod's password), together (all answer, and they are part of the same or of nothing), or some (as together, of those that answer).
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
