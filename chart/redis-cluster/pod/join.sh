# shellcheck shell=sh
# Sourced by keeper.sh: how a pod that is part of nothing becomes part of its own release's cluster.

JOIN_SEEN=
JOIN_ALONE_SINCE=
JOIN_LOCKED=

# join: meets a peer that was seen to be part of a whole cluster of this release, twice. A peer a round, another each time,
# will find one. Where no pod at all has a cluster, pod 0 creates it anew after a while: so does a release without volumes
# whose pods are all gone at once.
join() {
  if [ "$(keys)" != 0 ]; then return; fi
  JOIN_STANDING=$(standing "$(own_id)" 1)
  if [ "$JOIN_STANDING" = outside ]; then
    if [ -n "$JOIN_SEEN" ]; then meet_one; fi
    JOIN_SEEN=yes
  elif [ "$JOIN_STANDING" = alone ] && [ "$(desired_size)" -gt 0 ]; then
    JOIN_SEEN=
    JOIN_ALONE_SINCE=${JOIN_ALONE_SINCE:-$(now)}
    if [ "$ORDINAL" = 0 ] && [ "$(($(now) - JOIN_ALONE_SINCE))" -ge 15 ] && [ "$(standing "$(own_id)")" = alone ]; then create_anew; fi
    return
  elif [ "$JOIN_STANDING" = locked ] && [ -z "$JOIN_LOCKED" ] && [ "$(standing "$(own_id)")" = locked ]; then
    JOIN_LOCKED=yes
    tell_of_password join
  fi
  JOIN_ALONE_SINCE=
}

# meet_one: meets the first peer that has a whole cluster.
meet_one() {
  for JOIN_PEER in $(peers); do
    JOIN_ADDRESS=$(address_of "$JOIN_PEER")
    if [ -z "$JOIN_ADDRESS" ]; then continue; fi
    case $(peer_says "$JOIN_ADDRESS" "$(own_id)") in
      whole*)
        log join "pod $JOIN_PEER at $JOIN_ADDRESS is part of a whole cluster: $(ask "$POD_IP" CLUSTER MEET "$JOIN_ADDRESS" "$PORT")"
        return
        ;;
    esac
  done
}

# The plan asks every pod, and refuses where one has keys or knows others.
create_anew() {
  JOIN_ALONE_SINCE=
  log join "no pod has a cluster: creating it"
  SHARDS=$(desired shards) REPLICAS=$(desired replicas) DEADLINE_SECONDS=120 sh "$HERE/reconcile.sh" &
  # Waited for, so that a signal to end is heeded meanwhile.
  wait $!
}

# belong: a node without slots and keys that is nobody's replica becomes one where one is missing, unless somebody else is at
# work on the topology. Having learned of a node that is no pod of this release it leaves again.
belong() {
  if [ "$(fact role)" != master ] || [ "$(keys)" != 0 ] || [ -n "$(own_slots)" ]; then return; fi
  LOCK_ADDRESS=$(address_of 0)
  # Silence of pod 0 does not mean that nobody holds the lock.
  if [ -z "$LOCK_ADDRESS" ] || [ "$(ask "$LOCK_ADDRESS" PING)" != PONG ] || [ -n "$(lock_holder)" ]; then return; fi
  if leave_strangers; then return; fi
  if [ "$(fact cluster_slots_ok)" != 16384 ]; then return; fi
  BELONG_TO=$(vacancy <"$VIEW")
  if [ -z "$BELONG_TO" ] || [ "$(vacancy_elsewhere)" != "$BELONG_TO" ]; then return; fi
  log join "becomes a replica of $BELONG_TO: $(ask "$POD_IP" CLUSTER REPLICATE "$BELONG_TO")"
}

own_slots() { awk 'NF > 8 && $3 ~ /myself/ { print $9 }' "$VIEW"; }

# leave_strangers: true when the view has a live node that says it is of another release; this server, still empty, then
# forgets all. One that this release's pods do not list could be a pod that a larger topology has and this one's copy lacks.
leave_strangers() {
  BELONG_IDS=" $(own_id) "
  for BELONG_PEER in $(peers); do
    BELONG_ADDRESS=$(address_of "$BELONG_PEER")
    # A pod that cannot be found or asked may be any of them.
    if [ -z "$BELONG_ADDRESS" ]; then return 1; fi
    BELONG_ID=$(ask "$BELONG_ADDRESS" CLUSTER MYID | tr -d '\r')
    if [ -z "$BELONG_ID" ]; then return 1; fi
    BELONG_IDS="$BELONG_IDS$BELONG_ID "
  done
  BELONG_OTHERS=$(awk -v ids="$BELONG_IDS" '
    NF >= 8 && $2 ~ /@/ && $3 !~ /fail|noaddr|handshake/ && $8 == "connected" && !index(ids, " " $1 " ") { sub(/:.*/, "", $2); print $2 }' "$VIEW")
  for BELONG_ADDRESS in $BELONG_OTHERS; do
    if [ "$(peer_says "$BELONG_ADDRESS" "$(own_id)")" != stranger ]; then continue; fi
    look
    if [ "$(fact role)" != master ] || [ "$(keys)" != 0 ] || [ -n "$(own_slots)" ]; then return 1; fi
    log join "the node at $BELONG_ADDRESS is no pod of this release: leaving that cluster: $(ask "$POD_IP" CLUSTER RESET HARD)"
    return 0
  done
  return 1
}

# vacancy_elsewhere: the vacancy as a master sees it that knows this node. One that has just joined can know all masters and
# not all their replicas yet, and a shard that has its replica would get another while one that has none waits.
vacancy_elsewhere() {
  for BELONG_PEER in $(peers); do
    BELONG_ADDRESS=$(address_of "$BELONG_PEER")
    if [ -z "$BELONG_ADDRESS" ]; then continue; fi
    ask "$BELONG_ADDRESS" CLUSTER NODES | tr -d '\r' >"$VIEW.elsewhere"
    if awk -v id="$(own_id)" '
      $1 == id { listed = 1 }
      NF > 8 && $3 ~ /myself/ { serves = 1 }
      END { exit !(listed && serves) }' "$VIEW.elsewhere"; then
      vacancy <"$VIEW.elsewhere"
      return
    fi
  done
}

# vacancy: the master whose replica this node is to be, by the lines of CLUSTER NODES on standard input. All empty nodes see
# the same list and take the same turns.
vacancy() {
  awk -v id="$(own_id)" -v wanted="$(desired replicas)" '
    NF >= 8 && $2 ~ /@/ && $3 !~ /fail|noaddr|handshake/ {
      if ($3 ~ /slave/) replicas[$4]++
      else if (NF > 8) masters[++m] = $1
      else empty[++e] = $1
    }
    function sort(list, n,    i, j, one) {
      for (i = 2; i <= n; i++) { one = list[i]; for (j = i; j > 1 && list[j - 1] > one; j--) list[j] = list[j - 1]; list[j] = one }
    }
    END {
      sort(masters, m); sort(empty, e)
      for (turn = 1; turn <= e; turn++) if (empty[turn] == id) break
      # the shards that lack most come first
      for (have = 0; have < wanted; have++)
        for (i = 1; i <= m; i++) if (replicas[masters[i]] + 0 <= have && ++place == turn) { print masters[i]; exit }
    }'
}
