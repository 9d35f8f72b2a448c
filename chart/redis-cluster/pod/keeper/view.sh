# shellcheck shell=sh
# Sourced by keeper.sh: what the pod's own server says of itself and of the others, read once a round.

VIEW=$WORK/view

# look: asks the server, and sets HEALTH to what is to be thought of it:
#   none (no answer) | fresh (part of nothing) | ill (a peer is not well seen, or its master's data does not come) | well
look() {
  printf '%s\n' 'CLUSTER NODES' 'INFO server' 'INFO replication' 'INFO persistence' 'CLUSTER INFO' \
    'CONFIG GET cluster-replica-no-failover' DBSIZE | ask_all "$POD_IP" | nodes >"$VIEW"
  # shellcheck disable=SC2034 # keeper.sh reads it
  HEALTH=$(awk '
    $1 == "node" {
      known++
      if ($4 ~ /myself/) slots = $8 $9 != "--"
      else if ($4 !~ /handshake/ && ($4 ~ /fail|noaddr/ || $7 != "connected")) ill = 1
    }
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

# fact NAME: a line of INFO or CLUSTER INFO in the view.
fact() { sed -n "s/^$1://p" "$VIEW"; }

own_id() { own 2 <"$VIEW"; }
own_master() { own 5 <"$VIEW"; }
owns_slots() { [ "$(own 8 <"$VIEW") $(own 9 <"$VIEW")" != "- -" ]; }
keys() { grep -x '[0-9][0-9]*' "$VIEW"; }
