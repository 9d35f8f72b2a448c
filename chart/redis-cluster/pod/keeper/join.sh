# shellcheck shell=sh
# Sourced by keeper.sh: how a pod that is part of nothing becomes part of its own release's cluster.

JOIN_SEEN=
JOIN_ALONE_SINCE=
JOIN_LOCKED=
JOIN_IDLE_TOLD=

# join: meets a peer that was seen to be part of a whole cluster of this release, twice. A peer a round, another each time,
# will find one. If no pod at all has a cluster, pod 0 creates it anew after a while: so does a release without volumes
# whose pods are all gone at once.
join() {
  local standing
  if [ "$KEYS" != 0 ]; then return; fi
  standing=$(standing "$NODE_ID" 1)
  if [ "$standing" = outside ]; then
    if [ -n "$JOIN_SEEN" ]; then meet_one; fi
    JOIN_SEEN=yes
  elif [ "$standing" = alone ] && [ "$(desired_size)" -gt 0 ]; then
    JOIN_SEEN=
    JOIN_ALONE_SINCE=${JOIN_ALONE_SINCE:-$(now)}
    if [ "$ORDINAL" = 0 ] && [ "$(($(now) - JOIN_ALONE_SINCE))" -ge 15 ] && [ "$(standing "$NODE_ID")" = alone ]; then create_anew; fi
    return
  elif [ "$standing" = locked ] && [ -z "$JOIN_LOCKED" ] && [ "$(standing "$NODE_ID")" = locked ]; then
    JOIN_LOCKED=yes
    tell_of_password join
  fi
  JOIN_ALONE_SINCE=
}

# meet_one: meets the first peer that has a whole cluster.
meet_one() {
  local peer address
  for peer in $(peers); do
    address=$(address_of "$peer")
    if [ -z "$address" ]; then continue; fi
    case $(peer_says "$address" "$NODE_ID") in
      whole*)
        log join "pod $peer at $address is part of a whole cluster: $(ask "$POD_IP" CLUSTER MEET "$address" "$PORT")"
        return
        ;;
    esac
  done
}

# reconcile: brings the cluster to what is desired, as the Job does.
reconcile() {
  SHARDS=$(desired shards) REPLICAS=$(desired replicas) ZONES=$(desired zones) PERSISTENCE=$(desired persistence) \
    REVISION='' DEADLINE_SECONDS=120 exec sh "$HERE/reconcile.sh"
}

# create_anew: as the Job does. The plan asks every pod, and refuses if a pod has keys or knows others.
create_anew() {
  JOIN_ALONE_SINCE=
  log join "no pod has a cluster: creating it"
  reconcile &
  # Waited for, so that a signal to end is heeded meanwhile.
  wait $!
}

# belong: a node without slots and keys that is nobody's replica becomes a replica where a shard lacks one, unless somebody else
# is at work on the topology. Having learned of a node that is no pod of this release it leaves again.
belong() {
  local master
  if ! is_empty; then return; fi
  LOCK_ADDRESS=$(address_of 0)
  # Silence of pod 0 does not mean that nobody holds the lock.
  if [ -z "$LOCK_ADDRESS" ] || [ "$(ask "$LOCK_ADDRESS" PING)" != PONG ] || [ -n "$(lock_holder)" ]; then return; fi
  if leave_strangers; then return; fi
  if [ "$COVERED" != 16384 ]; then return; fi
  master=$(vacancy <"$VIEW")
  if [ -z "$master" ]; then tell_of_idleness; return; fi
  if [ "$(vacancy_elsewhere)" != "$master" ]; then return; fi
  log join "becomes a replica of $master: $(ask "$POD_IP" CLUSTER REPLICATE "$master")"
}

# tell_of_idleness: once, what a node waits for that no shard needs as a replica.
tell_of_idleness() {
  if [ -n "$JOIN_IDLE_TOLD" ]; then return; fi
  JOIN_IDLE_TOLD=yes
  log join "waits for the Job $NAME-reconcile to give it slots: no shard lacks a replica. If nothing runs Helm's hooks here, docs/delivery.md says how to run that Job."
}

is_empty() { [ "$ROLE $KEYS $OWNS" = "master 0 no" ]; }

# leave_strangers: true if the view has a live node that says it is of another release; this server, still empty, then
# forgets all. A node that this release's pods do not list could be a pod that a larger topology has and this one's copy lacks.
leave_strangers() {
  local ids peer address id others
  ids=" $NODE_ID "
  for peer in $(peers); do
    address=$(address_of "$peer")
    # A pod that cannot be found or asked may be any of them.
    if [ -z "$address" ]; then return 1; fi
    id=$(ask "$address" CLUSTER MYID | tr -d '\r')
    if [ -z "$id" ]; then return 1; fi
    ids="$ids$id "
  done
  others=$(awk -v ids="$ids" '
    $1 == "node" && $4 !~ /fail|noaddr|handshake/ && $7 == "connected" && !index(ids, " " $2 " ") { print $3 }' "$VIEW")
  for address in $others; do
    if [ "$(peer_says "$address" "$NODE_ID")" != stranger ]; then continue; fi
    look
    if ! is_empty; then return 1; fi
    log join "the node at $address is no pod of this release: leaving that cluster: $(ask "$POD_IP" CLUSTER RESET HARD)"
    return 0
  done
  return 1
}
