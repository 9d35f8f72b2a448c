# shellcheck shell=sh
# Sourced by who needs to know how this pod stands with the others. The number of pods is in the topology's ConfigMap,
# mounted, and nowhere in the pod itself.

TOPOLOGY=${TOPOLOGY:-/topology}
ORDINAL=${POD_NAME##*-}

# desired KEY: a line of the desired topology; 0 while there is none.
desired() { cat "$TOPOLOGY/$1" 2>/dev/null || echo 0; }
desired_size() { echo $(($(desired shards) * (1 + $(desired replicas)))); }

# tell_of_password WORD: what a person can do about a pod that the others do not let in.
tell_of_password() {
  log "$1" "the other pods do not take this pod's password: the Secret holds another one than they were started with. Set it back to theirs, then delete this pod."
}

# peers: the ordinals of all pods but this one, beginning anywhere, so that nobody is held up by the same silent peers again
# and again.
peers() {
  awk -v n="$(desired_size)" -v self="$ORDINAL" -v first="$(now)" '
    BEGIN { for (i = 0; i < n; i++) { peer = (first + i) % n; if (peer != self) print peer } }'
}

# peer_says ADDRESS ID: what a peer can tell of the cluster and of the node with that id:
#   silent | down (no server listens at its address) | locked (it does not take this pod's password) | stranger
#   none (it has no cluster) | broken (not all slots are served) | whole, then: listed | unlisted
peer_says() {
  printf '%s\n' 'CLUSTER INFO' 'CONFIG GET syslog-ident' 'CLUSTER NODES' |
    timeout "$ASK_SECONDS" "$CLI" -h "$1" -p "$PORT" 2>&1 | tr -d '\r' |
    awk -v id="$2" -v mark=",release=$RELEASE," '
      /^cluster_state:/ { state = substr($0, 15) }
      /^cluster_slots_ok:/ { ok = substr($0, 18) }
      /^cluster_slots_assigned:/ { assigned = substr($0, 24) }
      /^cluster_known_nodes:/ { known = substr($0, 21) }
      /^node=.*,revision=/ { ours = index($0, mark) }
      NF >= 8 && $1 == id && $3 !~ /handshake/ { listed = 1 }
      /^NOAUTH/ { locked = 1 }
      /^Could not connect .*Connection refused/ { down = 1 }
      END {
        if (locked) { print "locked"; exit }
        if (state == "") { print (down ? "down" : "silent"); exit }
        if (!ours) { print "stranger"; exit }
        if (known == 1 && assigned == 0) print "none unlisted"
        else print (ok == 16384 && state == "ok" ? "whole" : "broken"), (listed ? "listed" : "unlisted")
      }'
}

# standing ID [MOST]: how the node with this id stands with the others, after asking all of them or so many.
# What cannot be asked is never taken for a new cluster:
#   joined   a peer lists it
#   outside  a whole cluster of this release does not
#   alone    peers answered, and none of them has a cluster either
#   deserted as alone, but for peers whose server does not run
#   locked   most do not take this pod's password
#   unknown  none of these can be told yet
# Several are asked at once: where all pods have just moved, each that is asked at its old address takes its second.
standing() {
  STANDING_MOST=${2:-$(desired_size)}
  STANDING_SAID=$WORK/standing.$$
  : >"$STANDING_SAID"
  STANDING_ASKED=0
  STANDING_PIDS=
  for STANDING_PEER in $(peers); do
    if [ "$STANDING_ASKED" -ge "$STANDING_MOST" ]; then break; fi
    peer_at "$STANDING_PEER" "$1" >>"$STANDING_SAID" &
    STANDING_PIDS="$STANDING_PIDS $!"
    STANDING_ASKED=$((STANDING_ASKED + 1))
    if [ "$((STANDING_ASKED % 8))" = 0 ]; then
      # shellcheck disable=SC2086 # a list of process ids
      wait $STANDING_PIDS
      STANDING_PIDS=
      if grep -q ' listed$' "$STANDING_SAID"; then break; fi
    fi
  done
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for others too
  if [ -n "$STANDING_PIDS" ]; then wait $STANDING_PIDS; fi
  awk -v asked="$STANDING_ASKED" '
    / listed$/ { listed = 1; next }
    /^whole/ { whole = 1; next }
    /^none/ { none = 1; next }
    /^down/ { down = 1; next }
    /^locked/ { locked++ }
    { silent = 1 }
    END {
      if (listed) print "joined"
      else if (whole) print "outside"
      else if (none && !down && !silent) print "alone"
      else if ((none || down) && !silent) print "deserted"
      else print (locked * 2 > asked ? "locked" : "unknown")
    }' "$STANDING_SAID"
  rm -f "$STANDING_SAID"
}

# peer_at ORDINAL ID: what that peer says; nothing where no pod has the name.
peer_at() {
  PEER_ADDRESS=$(address_of "$1")
  if [ -n "$PEER_ADDRESS" ]; then ASK_SECONDS=1 peer_says "$PEER_ADDRESS" "$2"; fi
}
