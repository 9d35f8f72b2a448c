#!/bin/sh
# preStop: a master gives its shard to a replica that is in sync, and leaves only when it is a replica itself.
# Nothing but the grace period forces it to leave before: it may hold the only copy. It leaves at once if no replica
# is known, if all of them are leaving too, or if the release itself is going.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/peers.sh"

# The kubelet shows a preStop's output to nobody, so it goes to the log of the container.
LOG=${LOG:-/proc/1/fd/1}
if [ -w "$LOG" ]; then exec >>"$LOG" 2>&1; fi

# What the server takes to stop by itself comes off the grace period.
BUDGET=$((GRACE_SECONDS - 15))
SILENCE=15

# role: master or slave; empty when the server does not answer.
role() { ask "$POD_IP" ROLE | head -n 1; }

# Helm deletes Services before pods: a pod whose own name is gone has no cluster to come back to. A resolver that does not
# answer is no proof of that, so another name has to be there.
release_is_going() {
  for _ in 1 2 3; do
    if [ -n "$(address_of "${POD_NAME##*-}")" ]; then return 1; fi
    sleep 0.2
  done
  [ -n "$(resolve kubernetes.default.svc)" ]
}

# Every pod says that it is leaving through a setting that peers can read. The setting matters only from now on: a leaving
# replica is not to be promoted.
say_leaving() { ask "$POD_IP" CONFIG SET cluster-replica-no-failover yes >/dev/null; }
is_leaving() { ask "$1" CONFIG GET cluster-replica-no-failover | tail -n 1 | grep -q yes; }

# replicas: of this master, those with the most of its data first: "in-sync ADDRESS" or "behind ADDRESS". One that has just
# got all data is online before it has acknowledged anything, and only from then on is it sent what is new.
replicas() {
  ask "$POD_IP" INFO replication | tr -d '\r' | awk -F'[:,=]' '
    /^slave[0-9]+:/ {
      for (i = 2; i < NF; i += 2) field[$i] = $(i + 1)
      print (field["state"] == "online" && field["offset"] > 0 ? "in-sync" : "behind"), field["ip"], field["offset"]
    }' | sort -k 1,1r -k 3,3nr | cut -d' ' -f1,2
}

# known_replicas: the addresses of all that the cluster knows, connected or not; "-" stands for a lost address. False if this
# pod's own server does not answer: silence does not mean that there is none.
known_replicas() {
  ask "$POD_IP" CLUSTER NODES | nodes | awk '
    $1 != "node" { next }
    $4 ~ /myself/ { id = $2 }
    { n++; address[n] = $3; master[n] = $5 }
    END { if (id == "") exit 1; for (i = 1; i <= n; i++) if (master[i] == id) print address[i] }'
}

# just_left: whether all of them said within the last moments that they are leaving, and are gone. All pods leave at once then,
# and nobody is to be waited for. What this pod holds is on its volume; without a volume it waits for a new copy.
just_left() {
  [ "$(desired persistence) $(desired appendonly)" = "true true" ] || return 1
  ask "$POD_IP" CLUSTER NODES | nodes | awk '
    $1 != "node" { next }
    $4 ~ /myself/ { id = $2 }
    { n++; flags[n] = $4; master[n] = $5 }
    END { if (id == "") exit 1; for (i = 1; i <= n; i++) if (master[i] == id && (flags[i] !~ /nofailover/ || flags[i] ~ /(^|,)fail/)) exit 1 }'
}

# nobody_stays: all replicas are leaving, or none is known.
nobody_stays() {
  local known
  if [ -s "$WORK/replicas" ]; then return 0; fi
  known=$(known_replicas) || return 1
  [ -z "$known" ] || just_left
}

# hold_back: this pod will be back with all it has, on its volume. A replica with older data that took its place meanwhile
# would have all later writes thrown away; the replica's keeper lets it stand again once it is in sync.
hold_back() {
  local behind
  if [ "$(desired persistence) $(desired appendonly)" != "true true" ]; then return; fi
  for behind in $(known_replicas); do
    if grep -qx "in-sync $behind" "$WORK/replicas"; then continue; fi
    if [ "$(ask "$behind" CONFIG SET cluster-replica-no-failover yes)" = OK ]; then
      log handover "$behind has older data and must not take over"
    fi
  done
}

# heir: the address of the replica to take over, into HEIR; false if there is none yet, and STAYING says whether one may come.
heir() {
  local state address
  STAYING=
  replicas >"$WORK/replicas"
  while read -r state address; do
    if is_leaving "$address"; then continue; fi
    STAYING=yes
    if [ "$state" = in-sync ]; then HEIR=$address && return 0; fi
  done <"$WORK/replicas"
  return 1
}

# be_heard: a replica stays until its master knows that it leaves. Otherwise a master that stops at the same moment would wait
# for this replica. Meeting the master once more is the quickest way to be heard.
be_heard() {
  local id master end
  id=$(ask "$POD_IP" CLUSTER MYID | tr -d '\r')
  master=$(ask "$POD_IP" ROLE | sed -n 2p | tr -d '\r')
  ask "$POD_IP" CLUSTER MEET "$master" "$PORT" >/dev/null
  end=$(($(now) + 3))
  while [ "$(now)" -lt "$end" ]; do
    if ask "$master" CLUSTER NODES | nodes | grep -q "^node $id [^ ]* [^ ]*nofailover"; then return; fi
    sleep 0.1
  done
}

became_replica_within() {
  local end
  end=$(($(now) + $1))
  while [ "$(now)" -le "$end" ]; do
    if [ "$(role)" = slave ]; then return 0; fi
    sleep 0.05
  done
  return 1
}

# Voters refuse to replace the same master twice within two node timeouts, and an election that was refused holds writes up
# until the next. Whoever has been up for that long was replaced, if ever, longer ago.
settle() {
  local timeout_ms end uptime
  timeout_ms=$(ask "$POD_IP" CONFIG GET cluster-node-timeout | tail -n 1)
  end=$(($(now) + BUDGET / 2))
  while [ "$(now)" -lt "$end" ]; do
    uptime=$(ask "$POD_IP" INFO server | tr -d '\r' | sed -n 's/^uptime_in_seconds://p')
    if [ "$((${uptime:-0} * 1000))" -gt "$((${timeout_ms:-0} * 2))" ]; then return; fi
    sleep 0.5
  done
}

hand_over() {
  local told heard role settled
  deadline_in "$BUDGET"
  told=
  settled=
  heard=$(now)
  while before_deadline; do
    role=$(role)
    if [ "$role" = slave ]; then log handover "not a master, nothing to hand over" && return; fi
    # One that is silent for so long has been replaced, if it can be; a server that hangs is not to be waited for.
    if [ -n "$role" ]; then
      heard=$(now)
    elif [ "$(($(now) - heard))" -ge "$SILENCE" ]; then
      log handover "the server has not answered for ${SILENCE}s" && return
    fi
    if release_is_going; then log handover "the release is going" && return; fi
    if heir; then
      # A Job can have had another replica take over meanwhile.
      if [ -z "$settled" ]; then
        settle
        settled=yes
        continue
      fi
      # The answer means that the replica will try; only this node's own role tells that it did. A second failover shortly
      # after another is ignored by some versions, so it is asked for again.
      ask "$HEIR" CLUSTER FAILOVER >/dev/null
      if became_replica_within 2; then
        log handover "handed over to $HEIR"
        be_heard
        # Clients that wrote here are sent on to the new master for a moment longer.
        sleep 1
        return
      fi
    elif [ -z "$STAYING" ] && nobody_stays; then
      log handover "no replica stays that could take over" && return
    else
      if [ -z "$told" ]; then log handover "waiting for a replica to be in sync"; fi
      told=yes
      sleep 0.5
    fi
  done
  log handover "gave up after ${BUDGET}s: no replica took over"
  hold_back
}

say_leaving
if [ "$(role)" != slave ]; then hand_over; else be_heard; fi
