#!/bin/sh
# probe.sh startup|liveness|readiness: one process and one connection a probe.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/peers.sh"

# Alive is whoever answers at all: a server that loads its data, runs a script or has lost its master needs no restart. A client may
# say something of its own before the answer, as Valkey 9.2's does of a password.
alive() {
  case $(reach "$POD_IP" PING 2>&1 </dev/null) in
    *PONG* | *LOADING* | *BUSY* | *MASTERDOWN* | *NOAUTH* | *WRONGPASS* | *'max number of clients'*) return 0 ;;
    *) return 1 ;;
  esac
}

# Ready once, ready for the life of this server process, at whose start the marker went. Neither another shard's fall nor a
# Secret that changed since may take this pod from its clients.
ready() {
  ANSWER=$(printf '%s\n' PING 'INFO server' 'CLUSTER INFO' 'INFO replication' 'CLUSTER MYID' | ask_all "$POD_IP" | tr -d '\r')
  case $ANSWER in PONG* | NOAUTH*) ;; *) return 1 ;; esac
  if [ -e "$RUN/ready" ]; then return 0; fi
  part_of_its_cluster || return 1
  : >"$RUN/ready"
}

fact() { printf '%s\n' "$ANSWER" | sed -n "s/^$1://p"; }

# What a node says of itself proves nothing: one that all others have forgotten still reports that all is well.
part_of_its_cluster() {
  local id standing
  # Three peers, others each time, are enough to tell, and two hundred would take the time of the servers.
  id=$(printf '%s\n' "$ANSWER" | tail -n 1)
  standing=$(standing "$id" 3)
  if part_of_nothing; then
    # Before its creation there is no cluster to be part of, and helm --wait runs the Job that creates it only after this.
    [ "$standing" = alone ] && exit 0
    # Pods that never started are mended from the top by an upgrade, which goes on to the next only once one is ready. The
    # three may be as new as this one, so all are asked.
    [ "$standing" = deserted ] && case $(standing "$id") in alone | deserted) exit 0 ;; esac
    return 1
  fi
  [ "$standing" = joined ] || return 1
  case $(fact role) in
    slave)
      if [ "$(fact master_link_status)" = up ] && [ "$(fact master_sync_in_progress)" = 0 ]; then return 0; fi
      # Until its master is back this pod is as ready as it can be: a roll that waits here keeps the cure from the master's pod.
      master_has_failed && exit 0
      return 1
      ;;
    *) [ "$(fact cluster_state)" = ok ] && replicas_in_sync && { [ "$(fact cluster_slots_ok)" = 16384 ] || owns_slots; } ;;
  esac
}

part_of_nothing() { case $(peer_says "$POD_IP" "") in none*) true ;; *) false ;; esac; }

master_has_failed() {
  ask "$POD_IP" CLUSTER NODES | nodes |
    awk '$4 ~ /myself/ { master = $5 } { flags[$2] = $4 } END { exit flags[master] !~ /,fail(,|$)/ }'
}

# A master without slots is of no use while others are missing: those may be its own, which its shard has lost.
owns_slots() {
  ask "$POD_IP" CLUSTER NODES | nodes | awk '$4 ~ /myself/ && $8 != "-" { owns = 1 } END { exit !owns }'
}

# While a master sends its data to a replica, the next pod of a rolling restart has to wait.
replicas_in_sync() {
  case $ANSWER in *state=wait_bgsave* | *state=send_bulk*) return 1 ;; esac
}

case ${1:-} in
  startup) [ "$(ask "$POD_IP" PING)" = PONG ] ;;
  liveness) alive ;;
  readiness) ready ;;
  *) echo "usage: probe.sh startup|liveness|readiness" >&2 && exit 64 ;;
esac
