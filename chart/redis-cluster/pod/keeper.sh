#!/bin/sh
# Sidecar: heals its own pod, and nothing else. It makes peers' new addresses known to its own server, ties a replica to
# its master's new address, and lets a pod that lost its volume join again. It never ends on an error, never plans, never
# meets a node that the cluster does not know, and never resets a server that has data.
set -u
HERE=$(dirname "$0")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck source=lock.sh
. "$HERE/lock.sh"
# shellcheck source=peers.sh
. "$HERE/peers.sh"
# shellcheck source=join.sh
. "$HERE/join.sh"

# Whoever does not answer at once is asked again in the next round.
ASK_SECONDS=2
NAME_SECONDS=1
DATA=${DATA:-/data}
VIEW=$WORK/view

# look: the server's own view, and in `health` what is to be thought of it:
#   none (no answer) | fresh (part of nothing) | ill (a peer is not well seen, or its master's data does not come) | well
look() {
  printf '%s\n' 'CLUSTER NODES' 'INFO server' 'INFO replication' 'CLUSTER INFO' DBSIZE | ask_all "$POD_IP" | tr -d '\r' >"$VIEW"
  health=$(awk '
    NF >= 8 && $3 ~ /myself/ { known++; if (NF > 8) slots = 1; next }
    NF >= 8 && $2 ~ /@/ { known++; if ($3 ~ /fail|noaddr|handshake/ || $8 != "connected") ill = 1 }
    /^master_link_status:down/ { ill = 1 }
    /^[0-9]+$/ { answered = 1 }
    END { print (!answered ? "none" : known == 1 && !slots ? "fresh" : ill ? "ill" : "well") }' "$VIEW")
}

# fact NAME: a line of INFO or CLUSTER INFO in the view.
fact() { sed -n "s/^$1://p" "$VIEW"; }
own_id() { awk 'NF >= 8 && $3 ~ /myself/ { print $1 }' "$VIEW"; }
keys() { grep -x '[0-9][0-9]*' "$VIEW"; }

# heal: asks every peer that is not well seen for its id, all at once, and meets those whose id is known.
heal() {
  HEAL_PIDS=
  for HEAL_PEER in $(peers); do
    heal_peer "$HEAL_PEER" &
    HEAL_PIDS="$HEAL_PIDS $!"
  done
  # shellcheck disable=SC2086
  wait $HEAL_PIDS
  reattach
}

heal_peer() {
  HEAL_ADDRESS=$(address_of "$1")
  if [ -z "$HEAL_ADDRESS" ] || seen_well "$HEAL_ADDRESS"; then return; fi
  HEAL_ID=$(ask "$HEAL_ADDRESS" CLUSTER MYID | tr -d '\r')
  if ! grep -q "^$HEAL_ID " "$VIEW"; then return; fi
  if [ "$(ask "$POD_IP" CLUSTER MEET "$HEAL_ADDRESS" "$PORT")" = OK ]; then log heal "pod $1 is at $HEAL_ADDRESS"; fi
}

# seen_well ADDRESS: whether the view has a node there, connected and not failed.
seen_well() {
  awk -v address="$1:" 'index($2, address) == 1 && $3 !~ /fail|noaddr|handshake/ && $8 == "connected" { found = 1 } END { exit !found }' "$VIEW"
}

# A replica can know its master's new address and still ask the old one for data; being told anew whose replica it is
# mends that. Newer engines do it by themselves and take this for nothing new.
reattach() {
  if [ "$(fact role)" != slave ] || [ "$(fact master_link_status)" = up ]; then return; fi
  REATTACH_MASTER=$(awk '$3 ~ /myself/ { print $4 }' "$VIEW")
  REATTACH_ADDRESS=$(awk -v id="$REATTACH_MASTER" '$1 == id && $3 !~ /fail|noaddr|handshake/ { sub(/:.*/, "", $2); print $2 }' "$VIEW")
  if [ -z "$REATTACH_ADDRESS" ] || [ "$REATTACH_ADDRESS" = "$(fact master_host)" ]; then return; fi
  if [ "$(ask "$POD_IP" CLUSTER REPLICATE "$REATTACH_MASTER")" = OK ]; then log heal "follows its master to $REATTACH_ADDRESS"; fi
}

# keep_copy: a copy of nodes.conf, for a volume that loses it.
keep_copy() {
  if grep -q "^$(own_id) .*myself" "$DATA/nodes.conf.kept" 2>/dev/null; then return; fi
  cp "$DATA/nodes.conf" "$DATA/nodes.conf.kept.new" && mv "$DATA/nodes.conf.kept.new" "$DATA/nodes.conf.kept"
}

# rest: at rest once in ten seconds, in the first minute of a server and while something is wrong once a second. A server that
# sees a majority of masters within two seconds of its start serves at once; one that sees it later takes five more.
rest() {
  REST_UPTIME=$(fact uptime_in_seconds)
  if [ "$health" = well ] && [ "${REST_UPTIME:-0}" -ge 60 ]; then
    REST=10
  else
    REST=1
    case $health in none | ill) if [ "${REST_UPTIME:-0}" -lt 10 ]; then REST=0.2; fi ;; esac
  fi
  sleep "$REST" &
  wait $!
}

trap 'exit 0' TERM INT
log start "keeps $POD_NAME at $POD_IP"
while :; do
  if [ "$(desired maintenance)" = true ]; then
    health=well
    echo uptime_in_seconds:99 >"$VIEW"
  else
    look
    case $health in
      fresh) join ;;
      ill) heal ;;
    esac
    case $health in ill | well) belong ;; esac
    if [ "$health" = well ]; then keep_copy; fi
  fi
  rest
done
