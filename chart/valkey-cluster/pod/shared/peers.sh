# shellcheck shell=sh
# Sourced by who needs to know how this pod stands with the others. The number of pods is in the topology's ConfigMap, which is
# mounted, and nowhere in the pod itself.

ORDINAL=${POD_NAME##*-}
# Where `hear` keeps what the few peers that it asks have said, for who needs more of it than `peer_says` tells; empty for nowhere.
SAID=

# desired KEY: a line of the desired topology; 0 while there is none.
desired() {
  local value
  value=0
  # A ConfigMap's file need not end its line.
  if [ -e "$TOPOLOGY/$1" ]; then read -r value <"$TOPOLOGY/$1" || :; fi
  echo "$value"
}
desired_size() { echo $(($(desired shards) * (1 + $(desired replicas)))); }

# setting_in FILE NAME: what counts in a configuration file, where the last line of a name wins.
setting_in() { awk -v name="$2" '$1 == name { value = $2 } END { print value }' "$1"; }

# started_with NAME: a setting that the server of this pod was started with.
started_with() { setting_in "$RUN/server.conf" "$1"; }

# tell_of_password WORD: what a person can do about a pod that the others do not let in.
tell_of_password() {
  log "$1" "the other pods do not take this pod's password: the Secret holds another one than they were started with. Set it back to theirs, then delete this pod."
}

# peers: the ordinals of all pods but this one. They begin anywhere, so that the same silent peers do not hold up every round.
peers() { some_peers "$(now)" "$(desired_size)"; }

# some_peers FIRST MOST: of so many pods from FIRST on, counted round and round, those that are not this one.
some_peers() {
  awk -v n="$(desired_size)" -v self="$ORDINAL" -v first="$1" -v most="$2" '
    BEGIN { for (i = 0; i < n && i < most; i++) { peer = (first + i) % n; if (peer != self) print peer } }'
}

# peer_says ADDRESS ID [FILE]: what a peer can tell of the cluster and of the node with that id, in one word
#   silent | down (no server listens at its address) | locked (it does not take this pod's password) | stranger
# or in five: twin (it is that node itself) | none (it has no cluster) | broken (not all slots are served) | whole, then:
#   listed | unlisted    whether it lists the node
#   RELEASE | -          the release that its volume is a copy of
#   serves | idle        whether it owns slots itself
#   NUMBER               of the masters that it knows to own slots
# An answer that was cut short counts for nothing. Cut off within its list of nodes it would not show who is listed.
# The answer itself goes to FILE, if one is named.
peer_says() {
  printf '%s\n' 'CLUSTER INFO' 'CONFIG GET syslog-ident' 'CLUSTER NODES' PING | reach "$1" 2>&1 | nodes |
    awk -v id="$2" -v mark=",release=$RELEASE," -v file="${3:-}" '
      file != "" { print >file }
      /^cluster_state:/ { state = substr($0, 15) }
      /^cluster_slots_ok:/ { ok = substr($0, 18) }
      /^cluster_slots_assigned:/ { assigned = substr($0, 24) }
      /^cluster_known_nodes:/ { known = substr($0, 21) }
      /^node=.*,revision=/ { ours = index($0, mark); if (sub(/.*,copy=/, "")) copy = $0 }
      $1 == "node" {
        if ($2 == id && $4 !~ /handshake/) listed = 1
        if ($2 == id && $4 ~ /myself/) twin = 1
        if ($4 ~ /master/ && $8 != "-") { masters++; if ($4 ~ /myself/) serves = 1 }
        if ($4 !~ /myself|noaddr/) knows = 1
      }
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

# hear ID [MOST]: what all peers say, or so many of them, into $HEARD, a line a peer: its ordinal and the words of peer_says. The
# answers of all are not kept: those of a thousand would fill the volume.
# Several are asked at once: if all pods have just moved, each that is asked at its old address takes its second.
hear() {
  local most pids peer
  HEARD=$WORK/heard.$$
  HEARD_FROM=0
  most=${2:-$(desired_size)}
  pids=
  : >"$HEARD"
  for peer in $(peers); do
    if [ "$HEARD_FROM" -ge "$most" ]; then break; fi
    peer_at "$peer" "$1" "${2:+${SAID:+$SAID.$peer}}" >>"$HEARD" &
    pids="$pids $!"
    HEARD_FROM=$((HEARD_FROM + 1))
    if [ "$((HEARD_FROM % 8))" = 0 ]; then
      # shellcheck disable=SC2086 # a list of process ids
      wait $pids
      pids=
      if grep -q ' listed' "$HEARD"; then break; fi
    fi
  done
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for others too
  if [ -n "$pids" ]; then wait $pids; fi
}

# peer_at ORDINAL ID [FILE]: that peer and what it says; nothing if no pod has the name. The answer itself goes to FILE, if one is
# named, which is empty if the peer keeps silent.
peer_at() {
  local address
  address=$(address_of "$1")
  if [ -z "$address" ]; then return; fi
  if [ -n "${3:-}" ]; then : >"$3"; fi
  echo "$1 $(ASK_SECONDS=1 peer_says "$address" "$2" "${3:-}")"
}

# forget_answers: what peers have said holds no longer.
forget_answers() { rm -f "${SAID:?}".[0-9]*; }

# standing ID [MOST]: how the node with this id stands with the others, after asking all of them or so many.
# A peer that does not answer never counts as proof that there is no cluster:
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
  local verdict
  hear "$1"
  verdict=$(awk '
    $2 == "twin" || $3 == "listed" { known = 1 }
    $2 == "whole" && $5 == "serves" { witnesses++; if ($6 > masters) masters = $6 }
    END { if (!known && witnesses * 2 > masters) print "yes" }' "$HEARD")
  rm -f "$HEARD"
  [ "$verdict" = yes ]
}
