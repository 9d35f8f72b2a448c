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
#   twin (it is that node itself) | none (it has no cluster) | broken (not all slots are served) | whole, then:
#   listed | unlisted, of a copy that knows nobody or only just does the release it was copied from, else -,
#   serves | idle (a master with slots or not), and how many masters with slots it knows
# An answer that the end of its time cut short is none: what is missing there says nothing. So the last answer has to be there.
peer_says() {
  printf '%s\n' 'CLUSTER INFO' 'CONFIG GET syslog-ident' 'CLUSTER NODES' PING |
    timeout "$ASK_SECONDS" "$CLI" -h "$1" -p "$PORT" 2>&1 | tr -d '\r' |
    awk -v id="$2" -v mark=",release=$RELEASE," '
      /^cluster_state:/ { state = substr($0, 15) }
      /^cluster_slots_ok:/ { ok = substr($0, 18) }
      /^cluster_slots_assigned:/ { assigned = substr($0, 24) }
      /^cluster_known_nodes:/ { known = substr($0, 21) }
      /^node=.*,revision=/ { ours = index($0, mark); if (sub(/.*,copy=/, "")) copy = $0 }
      NF >= 8 && $1 == id && $3 !~ /handshake/ { listed = 1 }
      NF >= 8 && $1 == id && $3 ~ /myself/ { twin = 1 }
      NF > 8 && $3 ~ /master/ && $9 !~ /^\[/ { masters++; if ($3 ~ /myself/) serves = 1 }
      NF >= 8 && $2 ~ /@/ && $3 !~ /myself|noaddr/ { knows = 1 }
      /^PONG$/ { complete = 1 }
      /^NOAUTH/ { locked = 1 }
      /^Could not connect .*Connection refused/ { down = 1 }
      END {
        if (locked) { print "locked"; exit }
        if (state == "" || !complete) { print (down ? "down" : "silent"); exit }
        if (!ours) { print "stranger"; exit }
        if (twin) word = "twin"
        else if (known == 1 && assigned == 0 || copy != "" && !knows) { word = "none"; listed = 0 }
        else word = ok == 16384 && state == "ok" ? "whole" : "broken"
        print word, (listed ? "listed" : "unlisted"), (copy == "" ? "-" : copy), (serves ? "serves" : "idle"), masters + 0
      }'
}

# hear ID [MOST]: what all peers say, or so many of them, into $HEARD, a line a peer: its ordinal and the words of peer_says.
# Several are asked at once: where all pods have just moved, each that is asked at its old address takes its second.
hear() {
  HEARD=$WORK/heard.$$
  HEARD_MOST=${2:-$(desired_size)}
  : >"$HEARD"
  HEARD_FROM=0
  HEARD_PIDS=
  for HEARD_PEER in $(peers); do
    if [ "$HEARD_FROM" -ge "$HEARD_MOST" ]; then break; fi
    peer_at "$HEARD_PEER" "$1" >>"$HEARD" &
    HEARD_PIDS="$HEARD_PIDS $!"
    HEARD_FROM=$((HEARD_FROM + 1))
    if [ "$((HEARD_FROM % 8))" = 0 ]; then
      # shellcheck disable=SC2086 # a list of process ids
      wait $HEARD_PIDS
      HEARD_PIDS=
      if grep -q ' listed' "$HEARD"; then break; fi
    fi
  done
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for others too
  if [ -n "$HEARD_PIDS" ]; then wait $HEARD_PIDS; fi
}

# peer_at ORDINAL ID: that peer and what it says; nothing where no pod has the name.
peer_at() {
  PEER_ADDRESS=$(address_of "$1")
  if [ -n "$PEER_ADDRESS" ]; then echo "$1 $(ASK_SECONDS=1 peer_says "$PEER_ADDRESS" "$2")"; fi
}

# standing ID [MOST]: how the node with this id stands with the others, after asking all of them or so many.
# What cannot be asked is never taken for a new cluster:
#   twin     a peer is this very node
#   joined   a peer lists it
#   outside  a whole cluster of this release does not
#   alone    peers answered, and none of them has a cluster either
#   deserted as alone, but for peers whose server does not run
#   locked   most do not take this pod's password
#   unknown  none of these can be told yet
standing() {
  hear "$@"
  awk -v asked="$HEARD_FROM" '
    $2 == "twin" { twin = 1 }
    $3 == "listed" { listed = 1; next }
    $2 == "whole" { whole = 1; next }
    $2 == "none" { none = 1; next }
    $2 == "down" { down = 1; next }
    $2 == "locked" { locked++ }
    { silent = 1 }
    END {
      if (twin) print "twin"
      else if (listed) print "joined"
      else if (whole) print "outside"
      else if (none && !down && !silent) print "alone"
      else if ((none || down) && !silent) print "deserted"
      else print (locked * 2 > asked ? "locked" : "unknown")
    }' "$HEARD"
  rm -f "$HEARD"
}

# forgotten ID: whether the cluster has forgotten the node with this id: no peer lists it, and most of the masters are heard to
# know a whole cluster without it. One peer proves nothing: it may have joined while the node was away, and never heard of it.
forgotten() {
  hear "$1"
  FORGOTTEN=$(awk '
    $2 == "twin" || $3 == "listed" { known = 1 }
    $2 == "whole" && $5 == "serves" { witnesses++; if ($6 > masters) masters = $6 }
    END { if (!known && witnesses * 2 > masters) print "yes" }' "$HEARD")
  rm -f "$HEARD"
  [ "$FORGOTTEN" = yes ]
}
