# shellcheck shell=sh
# Sourced by who looks at the whole cluster. An observation is one line a fact:
#   pod ORDINAL up ADDRESS ID node=… zone=… release=… revision=… engine=… version=… state=… link=… used=… data=… allowed=… policy=… keys=…
#   pod ORDINAL down ADDRESS
#   view VIEWER ID ADDRESS FLAGS MASTER EPOCH LINK SLOTS OPEN
# SLOTS are ranges joined by commas, OPEN slots on their way; "-" stands for nothing. Memory is in bytes: used, of that the
# data, and allowed (0 without a limit).

# observe SIZE: the observation of the pods 0 to SIZE-1. Many are asked at once, but not all of two hundred: whoever keeps
# silent costs memory while it is waited for, and what they said a place on a small volume.
observe() {
  OBSERVE_PIDS=
  OBSERVE_FILES=
  OBSERVE_ORDINAL=0
  while [ "$OBSERVE_ORDINAL" -lt "$1" ]; do
    observe_pod "$OBSERVE_ORDINAL" >"$WORK/observed.$OBSERVE_ORDINAL" &
    OBSERVE_PIDS="$OBSERVE_PIDS $!"
    OBSERVE_FILES="$OBSERVE_FILES $WORK/observed.$OBSERVE_ORDINAL"
    OBSERVE_ORDINAL=$((OBSERVE_ORDINAL + 1))
    if [ "$((OBSERVE_ORDINAL % 32))" = 0 ] || [ "$OBSERVE_ORDINAL" = "$1" ]; then gather_observations; fi
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

# pods_from ORDINAL: how many pods there are, counted on from this ordinal by their names: more than one knows of, where
# somebody scaled by hand.
pods_from() {
  PODS_END=$1
  while [ -n "$(address_of "$PODS_END")" ]; do PODS_END=$((PODS_END + 1)); done
  echo "$PODS_END"
}

observe_pod() {
  OBSERVE_ADDRESS=$(address_of "$1")
  if [ -z "$OBSERVE_ADDRESS" ]; then
    echo "pod $1 down -"
    return
  fi
  printf '%s\n' 'CLUSTER MYID' 'CLUSTER NODES' 'CONFIG GET syslog-ident' 'CLUSTER INFO' 'INFO server' 'INFO replication' 'INFO memory' DBSIZE |
    ask_all "$OBSERVE_ADDRESS" | awk -v ordinal="$1" -v address="$OBSERVE_ADDRESS" '
      { sub(/\r$/, "") }
      NR == 1 { if ($0 ~ /^[0-9a-f]+$/ && length($0) == 40) id = $0; next }
      # a line of CLUSTER NODES: id, address, flags, master, two times, epoch, link, slots
      NF >= 8 && length($1) == 40 && $2 ~ /@/ {
        sub(/:[0-9]+@.*/, "", $2)
        slots = open = ""
        for (i = 9; i <= NF; i++) {
          if ($i ~ /^\[/) open = open (open == "" ? "" : ",") $i
          else slots = slots (slots == "" ? "" : ",") $i
        }
        views = views "view " id " " $1 " " ($2 == "" ? "-" : $2) " " $3 " " $4 " " $7 " " $8 \
          " " (slots == "" ? "-" : slots) " " (open == "" ? "-" : open) "\n"
        next
      }
      /^node=[^ ]*,revision=/ { place = $0; gsub(/,/, " ", place) }
      /^cluster_state:/ { state = substr($0, 15) }
      /^redis_version:/ && version == "" { version = substr($0, 15) }
      /^valkey_version:/ { version = substr($0, 16); engine = "valkey" }
      /^master_link_status:/ { link = substr($0, 20) }
      /^(used_memory|used_memory_dataset|maxmemory|maxmemory_policy):/ { split($0, pair, ":"); memory[pair[1]] = pair[2] }
      /^[0-9]+$/ { keys = $0; whole = 1 }
      END {
        if (id == "" || !whole) { print "pod", ordinal, "down", address; exit }
        # used less overhead, without a sign: of a server whose slots have just left it can be a number near 2^64
        if (memory["used_memory_dataset"] + 0 > memory["used_memory"] + 0) memory["used_memory_dataset"] = 0
        print "pod", ordinal, "up", address, id, place, "engine=" (engine == "" ? "redis" : engine), "version=" version, "state=" state, "link=" (link == "" ? "-" : link), \
          "used=" memory["used_memory"], "data=" memory["used_memory_dataset"], "allowed=" memory["maxmemory"], \
          "policy=" memory["maxmemory_policy"], "keys=" keys
        printf "%s", views
      }'
}
