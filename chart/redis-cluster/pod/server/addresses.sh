# shellcheck shell=sh
# Sourced by start.sh: where the other nodes are, in nodes.conf, before the server reads it. A server takes whoever answers at a
# remembered address for the node that was there, and notes the epoch of the one as the other's. A master that was replaced
# meanwhile then counts for newer than its successor, which is made a replica of it (redis and valkey, all versions up to now).

# An address where nobody listens. A node without an address would never be counted as failed, and so never be replaced.
NOBODY=127.0.0.1:1@1
ADDRESSES=$WORK/addresses

# renew_addresses: gives each other node the address at which a peer has found it, and any other node none. If no name
# resolves, what the volume has is all that there is; without a mark it is not believed, because it may be a copy's. What is
# known to be a copy has no addresses, and waits for the Job to be told some.
renew_addresses() {
  if [ ! -e "$DATA/nodes.conf" ] || [ -n "$COPY_OF" ]; then return; fi
  ask_for_addresses
  if [ ! -s "$ADDRESSES" ] && [ -r "$MARK" ]; then
    log volume "no name resolves: the addresses on the volume are used as they are"
    return
  fi
  nodes <"$DATA/nodes.conf" | awk -v nobody="$NOBODY" -v told="$ADDRESSES" -v found="$ADDRESSES.found" '
    BEGIN {
      while ((getline line <told) > 0) {
        split(line, word, " ")
        if (word[1] == "is") { place[word[2]] = word[3]; taken[word[3]] = 1 }
        if (word[1] == "seen") seen[word[2]] = word[3]
      }
    }
    $1 == "node" && $4 !~ /myself/ {
      others++
      address = $2 in place ? place[$2] : $2 in seen && !(seen[$2] in taken) ? seen[$2] : nobody
      if (address == nobody) lost++
      if (address != $3 ":" $11) print $2, "address", address
      if (sub(/,noaddr/, "", $4)) print $2, "flags", $4
    }
    END { print others - lost, "of", others + 0 >found }
  ' | edit_nodes_conf && log volume "peers have found $(cat "$ADDRESSES.found") other nodes, and no other remembered address is used"
  forget_answers
  rm -f "$ADDRESSES" "$ADDRESSES.found" "$ADDRESSES.domain"
}

# ask_for_addresses: what sixteen peers tell, into $ADDRESSES, which stays empty if no name resolves. Whoever this start has asked is not
# asked again. All others are asked at once, and have a second for their name and another for their answer.
ask_for_addresses() {
  local peer pids
  NAME_SECONDS=1 resolve kubernetes.default.svc >"$ADDRESSES.domain" &
  pids=$!
  for peer in $(peers | head -n 16); do
    if [ -e "$SAID.$peer" ]; then continue; fi
    NAME_SECONDS=1 peer_at "$peer" - "$SAID.$peer" >/dev/null &
    pids="$pids $!"
  done
  # shellcheck disable=SC2086 # a list of process ids
  wait $pids
  told "$SAID".[0-9]* >"$ADDRESSES"
  if [ ! -s "$ADDRESSES" ] && grep -q '[0-9]' "$ADDRESSES.domain"; then echo named >"$ADDRESSES"; fi
}

# told FILE…: what peers tell by these answers, a line each: "named", because a name resolved; "is ID ADDRESS", the peer itself;
# "seen ID ADDRESS", another node that has answered the peer there. An answer counts for nothing if it was cut short, or is no
# pod's of this release.
told() {
  if [ ! -e "$1" ]; then return; fi
  awk -v mark=",release=$RELEASE," '
    BEGIN { print "named" }
    FNR == 1 { n = 0; ours = 0 }
    /^node=.*,revision=/ { ours = index($0, mark) }
    $1 == "node" && $4 ~ /myself/ { lines[++n] = "is " $2 " " $3 ":" $11; next }
    $1 == "node" && $4 !~ /fail|noaddr|handshake/ && $10 > 0 && $7 == "connected" { lines[++n] = "seen " $2 " " $3 ":" $11 }
    /^PONG$/ && ours { for (i = 1; i <= n; i++) print lines[i]; n = 0 }' "$@"
}
