# shellcheck shell=sh
# Sourced by keeper.sh: two cases in which the engine alone would decide wrongly whether a replica takes its master's place.

STAND_SEEN=

look_after_succession() {
  if [ "$ROLE" = master ]; then
    if [ -e "$DATA/synced" ]; then rm -f "$DATA/synced"; fi
  elif [ "$LINK" = up ]; then
    # Whose copy this is and when it was last complete: a server that restarts has forgotten that.
    echo "$MASTER_ID $(now)" >"$DATA/synced"
    stand_again
  else
    STAND_SEEN=
    inherit
  fi
}

# stand_again: a master that left without an heir told this replica, whose data was older, not to take over. A pod that is
# leaving is told the same, but then its keeper ends before it could look twice.
stand_again() {
  if [ "$STANDS_BACK" != yes ]; then
    STAND_SEEN=
  elif [ -z "$STAND_SEEN" ]; then
    STAND_SEEN=yes
  else
    log heal "in sync, so it may take over again: $(ask "$POD_IP" CONFIG SET cluster-replica-no-failover no)"
  fi
}

# inherit: after all servers have restarted, the engine lets no replica take over whose master does not come back: it has
# not heard from it since its start. Its volume tells that it had everything when the cluster went down.
inherit() {
  local at age
  if [ "$(desired appendonly)" != true ] || ! agreed_to_have_failed "$MASTER_ID"; then return; fi
  at=$(sed -n "s/^$MASTER_ID //p" "$DATA/synced" 2>/dev/null)
  if [ -z "$at" ]; then return; fi
  age=$(($(now) - at))
  if [ "$age" -lt 0 ] || [ "$age" -gt "$(oldest_data)" ]; then return; fi
  if ! my_turn "$MASTER_ID" || ! all_started_within "$age"; then return; fi
  log heal "was in sync ${age}s ago, before all servers restarted, and its master has failed: takes over: $(ask "$POD_IP" CLUSTER FAILOVER FORCE)"
}

agreed_to_have_failed() {
  awk -v id="$1" '$1 == "node" && $2 == id && $4 ~ /fail(,|$)/ { found = 1 } END { exit !found }' "$VIEW"
}

# oldest_data: how many seconds a replica may have been without its master to take over: as many as the engine lets it.
oldest_data() { echo $(($(ask "$POD_IP" CONFIG GET cluster-node-timeout | tail -n 1) / 100 + 10)); }

# my_turn MASTER: replicas of one master take turns of three seconds, so that they do not take each other's votes.
my_turn() {
  awk -v master="$1" '$1 == "node" && $5 == master && ($4 ~ /myself/ || ($4 !~ /fail|noaddr/ && $7 == "connected")) { print $2, $4 }' "$VIEW" | sort |
    awk -v turn="$(($(now) / 3))" '$2 ~ /myself/ { place = NR } END { exit turn % NR + 1 != place }'
}

# all_started_within SECONDS: whether that holds for every server that answers: none was there to see later writes.
all_started_within() {
  local peer address seconds
  if [ "$UPTIME" -gt "$1" ]; then return 1; fi
  for peer in $(peers); do
    address=$(address_of "$peer")
    if [ -z "$address" ]; then continue; fi
    seconds=$(ask "$address" INFO server | tr -d '\r' | sed -n 's/^uptime_in_seconds://p')
    if [ "${seconds:-0}" -gt "$1" ]; then return 1; fi
  done
}
