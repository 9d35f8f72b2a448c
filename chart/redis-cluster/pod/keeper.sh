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
# shellcheck source=space.sh
. "$HERE/space.sh"
# shellcheck source=mark.sh
. "$HERE/mark.sh"
# shellcheck source=join.sh
. "$HERE/join.sh"
# shellcheck source=succession.sh
. "$HERE/succession.sh"

# Whoever does not answer at once is asked again in the next round: a name can lead to where its pod was for some seconds.
ASK_SECONDS=1
NAME_SECONDS=1
VIEW=$WORK/view

# look: the server's own view, and in `health` what is to be thought of it:
#   none (no answer) | fresh (part of nothing) | ill (a peer is not well seen, or its master's data does not come) | well
look() {
  printf '%s\n' 'CLUSTER NODES' 'INFO server' 'INFO replication' 'INFO persistence' 'CLUSTER INFO' \
    'CONFIG GET cluster-replica-no-failover' DBSIZE | ask_all "$POD_IP" | tr -d '\r' >"$VIEW"
  health=$(awk '
    NF >= 8 && $3 ~ /myself/ { known++; if (NF > 8) slots = 1; next }
    NF >= 8 && $3 ~ /handshake/ { known++; next }
    NF >= 8 && $2 ~ /@/ { known++; if ($3 ~ /fail|noaddr/ || $8 != "connected") ill = 1 }
    /^master_link_status:down/ { ill = 1 }
    /^cluster_slots_assigned:/ { assigned = substr($0, 24) }
    /^[0-9]+$/ { answered = 1 }
    END {
      if (!answered) print "none"
      else if (known == 1 && !slots) print "fresh"
      # A cluster that is being created is not to be healed.
      else print (ill && assigned == 16384 ? "ill" : "well")
    }' "$VIEW")
}

# A server shows a peer as connected while it still waits for an address where nobody is: in its first seconds one that was
# part of a cluster before compares all addresses, whatever it says.
distrust() {
  DISTRUST_UPTIME=$(fact uptime_in_seconds)
  if [ "$health" = well ] && [ -n "$RETURNING" ] && [ "${DISTRUST_UPTIME:-0}" -lt 10 ]; then health=ill; fi
}

# fact NAME: a line of INFO or CLUSTER INFO in the view.
fact() { sed -n "s/^$1://p" "$VIEW"; }
own_id() { awk 'NF >= 8 && $3 ~ /myself/ { print $1 }' "$VIEW"; }
keys() { grep -x '[0-9][0-9]*' "$VIEW"; }

# heal: asks every peer that is not well seen for its id, and meets those whose id is known.
heal() {
  # Looked up once: in the first seconds a sweep follows the other, and every program that it starts counts.
  HEAL_WELL=$(awk '$3 !~ /fail|noaddr|handshake/ && $8 == "connected" { sub(/:.*/, "", $2); printf " %s ", $2 }' "$VIEW")
  HEAL_PIDS=
  HEAL_COUNT=0
  for HEAL_PEER in $(peers); do
    heal_peer "$HEAL_PEER" &
    HEAL_PIDS="$HEAL_PIDS $!"
    HEAL_COUNT=$((HEAL_COUNT + 1))
    # A few at a time: a peer that keeps silent costs memory while it is waited for.
    if [ "$((HEAL_COUNT % 8))" = 0 ]; then wait_for_peers; fi
  done
  wait_for_peers
  reattach
}

wait_for_peers() {
  # shellcheck disable=SC2086 # a list of process ids
  wait $HEAL_PIDS
  HEAL_PIDS=
}

heal_peer() {
  HEAL_ADDRESS=$(address_of "$1")
  if [ -z "$HEAL_ADDRESS" ]; then return; fi
  case $HEAL_WELL in *" $HEAL_ADDRESS "*) return ;; esac
  HEAL_ID=$(ask "$HEAL_ADDRESS" CLUSTER MYID | tr -d '\r')
  if ! grep -q "^$HEAL_ID " "$VIEW"; then return; fi
  if [ "$(ask "$POD_IP" CLUSTER MEET "$HEAL_ADDRESS" "$PORT")" = OK ]; then log heal "pod $1 is at $HEAL_ADDRESS"; fi
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

# keep_copy: a copy of nodes.conf, for a volume that loses it, renewed when what this node is has changed.
keep_copy() {
  if [ "$(identity_in "$DATA/nodes.conf")" = "$(identity_in "$DATA/nodes.conf.kept")" ]; then return; fi
  if ! grep -q '^vars currentEpoch ' "$DATA/nodes.conf"; then return; fi
  cp "$DATA/nodes.conf" "$DATA/nodes.conf.kept.new" && mv "$DATA/nodes.conf.kept.new" "$DATA/nodes.conf.kept"
}

# identity_in FILE: what this node is, and the ids that it knows: from a copy made too early it would find nobody.
identity_in() { awk '$3 ~ /myself/ { $5 = $6 = ""; print } NF >= 8 { print $1 }' "$1" 2>/dev/null; }

# rest: once in ten seconds where all is well, more often in a server's first minute and while something is wrong. A server
# that sees a majority of masters within two seconds of its start serves at once; one that sees it later takes five more.
rest() {
  REST_UPTIME=$(fact uptime_in_seconds)
  case $health in
    ill) if [ "${REST_UPTIME:-0}" -lt 5 ]; then REST=0.3; elif [ "$(($(now) - ILL_SINCE))" -lt 60 ]; then REST=1; else REST=10; fi ;;
    well) if [ "${REST_UPTIME:-0}" -lt 60 ] || [ -n "$STAND_SEEN" ]; then REST=2; else REST=10; fi ;;
    *) REST=1 ;;
  esac
  sleep "$REST" &
  wait $!
}

trap 'exit 0' TERM INT
ILL_SINCE=$(now)
RETURNING=
if [ -e "$DATA/nodes.conf.kept" ]; then RETURNING=yes; fi
log start "keeps $POD_NAME at $POD_IP"
while :; do
  if [ "$(desired maintenance)" = true ]; then
    health=well
    echo uptime_in_seconds:99 >"$VIEW"
  else
    look
    tell_of_volume
    distrust
    case $health in
      fresh) join ;;
      ill) heal ;;
    esac
    if [ "$health" != ill ]; then ILL_SINCE=$(now); fi
    case $health in ill | well) belong; keep_copy; keep_mark; look_after_succession ;; esac
  fi
  rest
done
