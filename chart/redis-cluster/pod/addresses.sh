# shellcheck shell=sh
# Sourced by start.sh: where the other nodes are, in nodes.conf, before the server reads it. A server takes whoever answers at a
# remembered address for the node that was there, and notes the epoch of the one as the other's. A master that was replaced
# meanwhile then counts for newer than its successor, which is made a replica of it (redis and valkey, all versions up to now).

# An address where nobody listens. One without an address would never be counted as failed, and so never be replaced.
NOBODY=127.0.0.1:1@1
ADDRESSES=$WORK/addresses

# renew_addresses: gives each other node the address at which a peer has found it, and any other node none. Where no name
# resolves, what the volume has is all that there is; without a mark it is not believed, because it may be a copy's. What is
# known to be a copy has no addresses, and waits for the Job to be told some.
renew_addresses() {
  if [ ! -e "$DATA/nodes.conf" ] || [ -n "$COPY_OF" ]; then return; fi
  ask_for_addresses
  if [ ! -s "$ADDRESSES" ] && [ -r "$MARK" ]; then
    log volume "no name resolves: the addresses on the volume are used as they are"
    return
  fi
  awk -v nobody="$NOBODY" -v told="$ADDRESSES" '
    BEGIN {
      while ((getline line <told) > 0) {
        split(line, word, " ")
        if (word[1] == "is") { place[word[2]] = word[3]; taken[word[3]] = 1 }
        if (word[1] == "seen") seen[word[2]] = word[3]
      }
    }
    NF >= 8 && $2 ~ /@/ && $3 !~ /myself/ {
      others++
      address = $1 in place ? place[$1] : $1 in seen && !(seen[$1] in taken) ? seen[$1] : nobody
      if (address == nobody) lost++
      was = $2 " " $3
      sub(/^[^,]*/, address, $2)
      sub(/,noaddr/, "", $3)
      if ($2 " " $3 != was) changed++
    }
    { print }
    END { print others - lost, "of", others + 0 >"/dev/stderr"; exit !changed }
  ' "$DATA/nodes.conf" >"$DATA/nodes.conf.new" 2>"$ADDRESSES.found" && usable "$DATA/nodes.conf.new" && sync &&
    mv "$DATA/nodes.conf.new" "$DATA/nodes.conf" && log volume "peers have found $(cat "$ADDRESSES.found") other nodes, and no other remembered address is used"
  rm -f "$DATA/nodes.conf.new" "$ADDRESSES" "$ADDRESSES.found"
}

# ask_for_addresses: what sixteen peers tell, into $ADDRESSES, which stays empty if no name resolves. All are asked at once, and
# have a second for their name and another for their answer.
ask_for_addresses() {
  NAME_SECONDS=1 resolve kubernetes.default.svc | sed -n 's/.*[0-9].*/named/p' >"$ADDRESSES.0" &
  ADDRESSES_PIDS=$!
  for ADDRESSES_PEER in $(peers | head -n 16); do
    addresses_by "$ADDRESSES_PEER" >"$ADDRESSES.1$ADDRESSES_PEER" &
    ADDRESSES_PIDS="$ADDRESSES_PIDS $!"
  done
  # shellcheck disable=SC2086 # a list of process ids
  wait $ADDRESSES_PIDS
  cat "$ADDRESSES".[0-9]* >"$ADDRESSES"
  rm -f "$ADDRESSES".[0-9]*
}

# addresses_by ORDINAL: what this pod tells, a line each: "named", if its name resolves; "is ID ADDRESS", itself; "seen ID
# ADDRESS", another node that has answered it there. An answer that was cut short, or that is no pod's of this release, is none.
addresses_by() {
  BY_ADDRESS=$(NAME_SECONDS=1 address_of "$1")
  if [ -z "$BY_ADDRESS" ]; then return; fi
  echo named
  printf '%s\n' 'CONFIG GET syslog-ident' 'CLUSTER NODES' PING | ASK_SECONDS=1 ask_all "$BY_ADDRESS" | tr -d '\r' |
    awk -v mark=",release=$RELEASE," '
      /^node=.*,revision=/ { ours = index($0, mark) }
      NF >= 8 && $2 ~ /@/ {
        address = $2
        sub(/,.*/, "", address)
        if ($3 ~ /myself/) lines[++n] = "is " $1 " " address
        else if ($3 !~ /fail|noaddr|handshake/ && $6 > 0 && $8 == "connected") lines[++n] = "seen " $1 " " address
      }
      /^PONG$/ { complete = 1 }
      END { if (ours && complete) for (i = 1; i <= n; i++) print lines[i] }'
}
