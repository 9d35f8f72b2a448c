#!/bin/sh
# Sidecar: heals its own pod, and nothing else. It makes peers' new addresses known to its own server, ties a replica to its
# master's new address, and lets a pod that lost its volume join again. It never ends on an error, never meets a node that the
# cluster does not know, and never resets a server that has data. It plans nothing itself: if no pod at all has a cluster, or
# the data of slots is gone for good, the keeper of pod 0 runs reconcile.sh, as the Job does.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/release.sh"
. "$HERE/lock.sh"
. "$HERE/peers.sh"
. "$HERE/space.sh"
. "$HERE/rejoin.sh"
. "$HERE/mark.sh"
. "$HERE/usable.sh"
. "$HERE/view.sh"
. "$HERE/upkeep.sh"
. "$HERE/vacancy.sh"
. "$HERE/join.sh"
. "$HERE/loss.sh"
. "$HERE/succession.sh"
. "$HERE/delay.sh"
. "$HERE/users.sh"
. "$HERE/apply-users.sh"

# Whoever does not answer at once is asked again in the next round: a name can lead to where its pod was for some seconds.
ASK_SECONDS=1
NAME_SECONDS=1
HEAL_MOST=64
HEAL_FROM=$ORDINAL

# distrust: a server shows a peer as connected while it still waits for an address where nobody is. In its first seconds a
# server that was part of a cluster before compares all addresses, whatever it says.
distrust() {
  if [ "$HEALTH" = well ] && [ -n "$RETURNING" ] && [ "$UPTIME" -lt 10 ]; then HEALTH=ill; fi
}

# heal: asks every peer that is not well seen for its id, and meets those whose id is known. Of a large cluster it looks at some a
# round, those that follow first: a thousand keepers that each look up a thousand names would take all that the resolver has.
heal() {
  local count peer
  # Looked up once: in the first seconds a sweep follows the other, and every program that it starts counts.
  HEAL_WELL=$(awk '$1 == "node" && $4 !~ /fail|noaddr|handshake/ && $7 == "connected" { printf " %s ", $3 }' "$VIEW")
  HEAL_PIDS=
  count=0
  for peer in $(some_peers "$HEAL_FROM" "$HEAL_MOST"); do
    heal_peer "$peer" &
    HEAL_PIDS="$HEAL_PIDS $!"
    count=$((count + 1))
    # A few at a time: a peer that keeps silent costs memory while it is waited for.
    if [ "$((count % 8))" = 0 ]; then wait_for_peers; fi
  done
  wait_for_peers
  HEAL_FROM=$((HEAL_FROM + HEAL_MOST))
  reattach
}

wait_for_peers() {
  # shellcheck disable=SC2086 # a list of process ids
  wait $HEAL_PIDS
  HEAL_PIDS=
}

heal_peer() {
  local address id
  address=$(address_of "$1")
  if [ -z "$address" ]; then return; fi
  case $HEAL_WELL in *" $address "*) return ;; esac
  id=$(ask "$address" CLUSTER MYID | tr -d '\r')
  if ! grep -q "^node $id " "$VIEW"; then return; fi
  if [ "$(ask "$POD_IP" CLUSTER MEET "$address" "$PORT")" = OK ]; then log heal "pod $1 is at $address"; fi
}

# reattach: a replica can know its master's new address and still ask the old one for data. Being told anew whose replica it is
# mends that. Newer engines do it by themselves and take this for nothing new.
reattach() {
  local address
  if [ "$ROLE" != slave ] || [ "$LINK" = up ]; then return; fi
  address=$(awk -v id="$MASTER_ID" '$1 == "node" && $2 == id && $4 !~ /fail|noaddr|handshake/ { print $3 }' "$VIEW")
  if [ -z "$address" ] || [ "$address" = "$FOLLOWED" ]; then return; fi
  if [ "$(ask "$POD_IP" CLUSTER REPLICATE "$MASTER_ID")" = OK ]; then log heal "follows its master to $address"; fi
}

# rest: once in ten seconds if all is well, more often in a server's first minute and while something is wrong. A server
# that sees a majority of masters within two seconds of its start serves at once; one that sees it later takes up to five more.
rest() {
  local seconds
  if [ -n "$HELD_UP" ]; then HEALTH=held; fi
  case $HEALTH in
    held) seconds=0.3 ;;
    ill) if [ "$UPTIME" -lt 5 ]; then seconds=0.3; elif [ "$(($(now) - ILL_SINCE))" -lt 60 ]; then seconds=1; else seconds=10; fi ;;
    well) if [ "$STATE" != ok ]; then seconds=1; elif [ "$UPTIME" -lt 60 ] || [ -n "$STAND_SEEN" ]; then seconds=2; else seconds=10; fi ;;
    # The sooner a server that starts is looked after, the sooner it sees the others.
    none) if [ "$(($(now) - KEPT_SINCE))" -lt 30 ]; then seconds=0.3; else seconds=1; fi ;;
    *) seconds=1 ;;
  esac
  sleep "$seconds" &
  wait $!
}

trap 'exit 0' TERM INT
KEPT_SINCE=$(now)
ILL_SINCE=
RETURNING=
if [ -e "$DATA/nodes.conf.kept" ]; then RETURNING=yes; fi
log start "keeps $POD_NAME at $POD_IP"
if [ "$(desired_size)" = 0 ]; then
  log wait "the ConfigMap $NAME-topology is missing, and it says how many pods there are: this pod looks for no other until it is back. It comes with the chart."
fi
while :; do
  # alive.sh looks at this file's age.
  : >"$WORK/heartbeat"
  HELD_UP=
  if [ "$(desired maintenance)" = true ]; then
    HEALTH=well
    UPTIME=99
    STATE=ok
  else
    look
    tell_of_volume
    if [ "$HEALTH" != none ]; then look_after_delay; fi
    distrust
    case $HEALTH in
      fresh) join ;;
      ill) heal ;;
    esac
    if [ "$HEALTH" != ill ]; then ILL_SINCE=; elif [ -z "$ILL_SINCE" ]; then ILL_SINCE=$(now); fi
    case $HEALTH in ill | well) belong; keep_copy; keep_mark; look_after_succession ;; esac
    look_after_loss
    look_after_users
  fi
  rest
done
