#!/bin/sh
# probe.sh startup|liveness|readiness: one process and one connection a probe.
set -u
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

RUN=${RUN:-/run/cluster}

# Alive is whoever answers at all: a server that loads its data, runs a script or has lost its master needs no restart.
alive() {
  case $(ask "$POD_IP" PING) in
    PONG | LOADING* | BUSY* | MASTERDOWN* | NOAUTH* | WRONGPASS*) return 0 ;;
    *) return 1 ;;
  esac
}

# Ready once, ready for the life of this server process: another shard's fall must not take this one from its clients.
ready() {
  answer=$(printf '%s\n' PING 'INFO server' 'CLUSTER INFO' 'INFO replication' | ask_all "$POD_IP" | tr -d '\r')
  fact() { printf '%s\n' "$answer" | sed -n "s/^$1://p"; }
  case $answer in PONG*) ;; *) return 1 ;; esac
  marker=$RUN/ready-$(fact run_id)
  if [ -e "$marker" ]; then return 0; fi
  # Before its creation there is no cluster to be part of, and helm --wait runs the Job that creates it only after this.
  if [ "$(fact cluster_known_nodes)" = 1 ] && [ "$(fact cluster_slots_assigned)" = 0 ]; then return 0; fi
  case $(fact role) in
    slave) [ "$(fact master_link_status)" = up ] && [ "$(fact master_sync_in_progress)" = 0 ] || return 1 ;;
    *) [ "$(fact cluster_state)" = ok ] || return 1 ;;
  esac
  rm -f "$RUN"/ready-*
  : >"$marker"
}

case ${1:-} in
  startup) [ "$(ask "$POD_IP" PING)" = PONG ] ;;
  liveness) alive ;;
  readiness) ready ;;
  *) echo "usage: probe.sh startup|liveness|readiness" >&2 && exit 64 ;;
esac
