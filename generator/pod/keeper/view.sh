# shellcheck shell=sh
# Sourced by keeper.sh: what the pod's own server says of itself and of the others, read once a round.

VIEW=$WORK/view

# look: asks the server, keeps its view of the nodes in $VIEW, and sets what else a round needs to know. One program tells all
# of it: every pod pays for a round, round after round, and what a round costs is the programs that it starts. "-" is nothing.
#   HEALTH       what is to be thought of the server:
#                none (no answer) | fresh (part of nothing) | ill (a peer is not well seen, or its master's data does not come) | well
#   NODE_ID, MASTER_ID
#   ROLE         master or slave, as the engine says
#   OWNS         whether it owns slots, or is about to
#   KEYS         how many it holds
#   COVERED      how many slots of the cluster are served
#   LINK         up if its master's data comes
#   FOLLOWED     the address at which it asks for that data
#   UPTIME       in seconds
#   SAVES        no if it cannot save to its volume
#   STATE        ok if the server takes the cluster for fit to serve
#   TIMEOUT      its cluster-node-timeout
#   STANDS_BACK  yes if it was told not to take its master's place
#   IDENTITY     what this node is, and the nodes that it knows
# shellcheck disable=SC2034 # the keeper's other parts read them
look() {
  printf '%s\n' 'CLUSTER NODES' 'INFO server' 'INFO replication' 'INFO persistence' 'CLUSTER INFO' \
    'CONFIG GET cluster-replica-no-failover' 'CONFIG GET cluster-node-timeout' DBSIZE | ask_all "$POD_IP" | nodes >"$VIEW"
  read -r HEALTH NODE_ID MASTER_ID ROLE OWNS KEYS COVERED LINK FOLLOWED UPTIME SAVES STATE TIMEOUT STANDS_BACK IDENTITY <<FACTS
$(facts)
FACTS
}

facts() {
  awk '
    function said(text) { return text == "" ? "-" : text }
    $1 == "node" {
      known++
      identity = identity " " $2
      if ($4 ~ /myself/) { id = $2; master = $5; owns = $8 $9 != "--"; identity = identity " " $3 " " $4 " " $5 " " $6 " " $8 " " $9 }
      else if ($4 !~ /handshake/ && ($4 ~ /fail|noaddr/ || $7 != "connected")) ill = 1
    }
    before == "cluster-replica-no-failover" { stands_back = $0 }
    before == "cluster-node-timeout" { timeout = before = $0; next }
    { before = $0 }
    /^(aof_last_write|aof_last_bgrewrite|rdb_last_bgsave)_status:err/ { unsaved = 1 }
    /^[a-z_]+:/ { name = $0; sub(/:.*/, "", name); fact[name] = substr($0, length(name) + 2) }
    /^[0-9]+$/ { keys = $0 }
    END {
      if (fact["master_link_status"] == "down") ill = 1
      if (keys == "") health = "none"
      else if (known == 1 && !owns) health = "fresh"
      # A cluster that is being created is not to be healed.
      else health = ill && fact["cluster_slots_assigned"] == 16384 ? "ill" : "well"
      print health, said(id), said(master), said(fact["role"]), (owns ? "yes" : "no"), said(keys), said(fact["cluster_slots_ok"]), \
        said(fact["master_link_status"]), said(fact["master_host"]), fact["uptime_in_seconds"] + 0, (unsaved ? "no" : "yes"), \
        said(fact["cluster_state"]), said(timeout), said(stands_back), identity
    }' "$VIEW"
}
