# shellcheck shell=sh
# Sourced by who looks at the whole cluster. observe.awk says what an observation is; the last one is in $OBSERVED.

OBSERVED=$WORK/observed

# Engines recommend no larger cluster.
MOST_PODS=1000

# observe SIZE: the observation of the pods 0 to SIZE-1. What they say goes through one program, which keeps of it what differs.
observe() {
  ordinals "$1" | at_once ask_pod | awk -v once=yes -f "$HERE/nodes.awk" | awk -v zones="${ZONES:-}" -f "$HERE/observe.awk"
}

ask_pod() {
  local address
  address=$(address_of "$1")
  echo "asked $1 ${address:--}"
  if [ -z "$address" ]; then return; fi
  # Moves are asked for before the slots: those of a move that ended meanwhile are then seen where they went.
  printf '%s\n' 'CLUSTER MYID' 'CLUSTER GETSLOTMIGRATIONS' 'CLUSTER INFO' 'CLUSTER NODES' 'CONFIG GET syslog-ident' \
    'CONFIG GET cluster-node-timeout' 'INFO server' 'INFO replication' 'INFO memory' DBSIZE | ask_all "$address"
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
