# shellcheck shell=sh
# Sourced by who looks at the whole cluster. An observation, of which the last is in $OBSERVED, is one line a fact:
#   pod ORDINAL up ADDRESS ID node=… zone=… release=… revision=… engine=… version=… state=… link=… used=… data=… allowed=… policy=… moves=… keys=…
#   pod ORDINAL down ADDRESS
#   view VIEWER ID ADDRESS FLAGS MASTER EPOCH LINK SLOTS OPEN
# SLOTS are ranges joined by commas, OPEN slots on their way; "-" stands for nothing. Memory is in bytes: used, of that the
# data, and allowed (0 without a limit). Moves are those of slots that the server itself carries on, whoever began them:
# if slots move atomically nothing else shows them.

OBSERVED=$WORK/observed

# Engines recommend no larger cluster.
MOST_PODS=1000

# observe SIZE: the observation of the pods 0 to SIZE-1. Many are asked at once, but not all of two hundred. A pod that
# keeps silent costs memory while it is waited for, and what the others said costs room on a small volume.
observe() {
  local ordinal
  OBSERVE_PIDS=
  OBSERVE_FILES=
  ordinal=0
  while [ "$ordinal" -lt "$1" ]; do
    observe_pod "$ordinal" >"$WORK/observed.$ordinal" &
    OBSERVE_PIDS="$OBSERVE_PIDS $!"
    OBSERVE_FILES="$OBSERVE_FILES $WORK/observed.$ordinal"
    ordinal=$((ordinal + 1))
    if [ "$((ordinal % 32))" = 0 ] || [ "$ordinal" = "$1" ]; then gather_observations; fi
  done
}

gather_observations() {
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for the lock's connection too
  wait $OBSERVE_PIDS
  # shellcheck disable=SC2086 # a list of files
  cat $OBSERVE_FILES && rm $OBSERVE_FILES
  OBSERVE_PIDS=
  OBSERVE_FILES=
}

# of NODE FIELD: a field of the observation's line of the pod with this id or address (2 its ordinal, 4 its address).
of() { awk -v node="$1" -v field="$2" '$1 == "pod" && ($5 == node || $4 == node) { print $field; exit }' "$OBSERVED"; }

# pods_from ORDINAL: how many pods there are, counted on from this ordinal by their names: more than the chart knows of, if
# somebody scaled by hand. A resolver that has an address for a pod that cannot be says nothing of others either.
pods_from() {
  local end
  end=$1
  if [ -z "$(address_of none)" ]; then
    while [ -n "$(address_of "$end")" ] && [ "$end" -lt "$MOST_PODS" ]; do end=$((end + 1)); done
  fi
  echo "$end"
}

observe_pod() {
  local address
  address=$(address_of "$1")
  if [ -z "$address" ]; then
    echo "pod $1 down -"
    return
  fi
  # Moves are asked for before the slots: those of a move that ended meanwhile are then seen where they went.
  printf '%s\n' 'CLUSTER MYID' 'CLUSTER GETSLOTMIGRATIONS' 'CLUSTER INFO' 'CLUSTER NODES' 'CONFIG GET syslog-ident' \
    'INFO server' 'INFO replication' 'INFO memory' DBSIZE |
    ask_all "$address" | nodes | awk -v ordinal="$1" -v address="$address" '
      NR == 1 { if ($0 ~ /^[0-9a-f]+$/ && length($0) == 40) id = $0; next }
      # Of each move, also those that ended, Valkey tells a name and a value a line; Redis counts what is under way.
      before == "state" && !/^(success|failed|cancelled)$/ { moves++ }
      { before = $0 }
      /^cluster_slot_migration_active_tasks:/ { moves = substr($0, 37) }
      $1 == "node" { views = views "view " id " " $2 " " $3 " " $4 " " $5 " " $6 " " $7 " " $8 " " $9 "\n"; next }
      /^node=[^ ]*,revision=/ { place = $0; gsub(/,/, " ", place) }
      /^cluster_state:/ { state = substr($0, 15) }
      /^redis_version:/ && version == "" { version = substr($0, 15) }
      /^valkey_version:/ { version = substr($0, 16); engine = "valkey" }
      /^master_link_status:/ { link = substr($0, 20) }
      /^(used_memory|used_memory_dataset|maxmemory|maxmemory_policy):/ { split($0, pair, ":"); memory[pair[1]] = pair[2] }
      # the answer to DBSIZE, which comes last; numbers before it belong to moves
      /^[0-9]+$/ && "used_memory" in memory { keys = $0; whole = 1 }
      END {
        if (id == "" || !whole) { print "pod", ordinal, "down", address; exit }
        # used less overhead, without a sign: of a server whose slots have just left it can be a number near 2^64
        if (memory["used_memory_dataset"] + 0 > memory["used_memory"] + 0) memory["used_memory_dataset"] = 0
        print "pod", ordinal, "up", address, id, place, "engine=" (engine == "" ? "redis" : engine), "version=" version, "state=" state, "link=" (link == "" ? "-" : link), \
          "used=" memory["used_memory"], "data=" memory["used_memory_dataset"], "allowed=" memory["maxmemory"], \
          "policy=" memory["maxmemory_policy"], "moves=" moves + 0, "keys=" keys
        printf "%s", views
      }'
}
