# shellcheck shell=sh
# Sourced by keeper.sh: the engine's rejoin delay. A master that was without a majority of masters for a moment, as every server is when a
# whole cluster starts, takes no writes for five seconds more: it may have a successor, and is to hear of it first. If every pod says
# that this master has none, nobody needs that wait.

# As many pods as a keeper asks within a second.
DELAY_MOST=64
# The engine takes no writes in the first two seconds of a master, whatever its settings. In hundredths of a second.
DELAY_FLOOR=210
# What was heard longer ago than a second may have changed.
DELAY_FRESH=100

DELAY_UPTIME=0
DELAY_SINCE=
DELAY_STANDS=
DELAY_DOUBT=
SHORT_SINCE=

# look_after_delay: says on the pipe to the server's container, once in a server's life, that the delay is to be cut short; or that it is
# not, as soon as all is well. If the server is cut off from the others after that, the engine's own delay counts. HELD_UP says that the
# server waits although it sees nothing wrong, or has a short timeout.
look_after_delay() {
  set_timeout_right
  if [ -z "$DELAY_SINCE" ] || [ "$UPTIME" -lt "$DELAY_UPTIME" ]; then
    DELAY_SINCE=$(hundredths)
    # In a cluster that is being created the run that creates it looks after the delay.
    if [ -e "$DATA/nodes.conf.kept" ]; then DELAY_STANDS=; else DELAY_STANDS=yes; fi
  fi
  DELAY_UPTIME=$UPTIME
  if [ ! -p "$REJOIN" ]; then return; fi
  if [ "$STATE" = ok ]; then
    # In its first seconds a server says so without having heard from anybody.
    if [ "$HEALTH" = well ] && [ "$UPTIME" -ge 10 ]; then tell_server later; fi
  elif [ "$ROLE $HEALTH $COVERED$DELAY_STANDS" = "master well 16384" ] && [ "$(desired_size)" -le "$DELAY_MOST" ]; then
    # shellcheck disable=SC2034 # keeper.sh reads it
    HELD_UP=yes
    if [ "$(($(hundredths) - DELAY_SINCE))" -ge "$DELAY_FLOOR" ] && all_agree; then
      log rejoin "all $(desired_size) pods say the same of every node and slot: the engine's delay is cut short"
      tell_server now
    fi
  fi
}

# tell_server WORD: if nobody is there to hear it, the shell that says it would wait for ever.
tell_server() {
  DELAY_STANDS=yes
  timeout 1 sh -c "echo $1 >'$REJOIN'"
}

# all_agree: asks every pod, and all at this moment. What is against it is logged once.
all_agree() {
  local began doubt
  began=$(hundredths)
  hear_all | nodes >"$WORK/claims"
  doubt=$(awk -v size="$(desired_size)" -f "$HERE/same-claims.awk" "$WORK/claims")
  # Who asks a slow machine again makes it slower.
  if [ "$(($(hundredths) - began))" -gt "$DELAY_FRESH" ]; then
    doubt="the pods took more than a second to answer"
    DELAY_STANDS=yes
  fi
  if [ "$doubt" != "$DELAY_DOUBT" ] && [ -n "$doubt" ]; then log rejoin "the engine's delay stands: $doubt"; fi
  DELAY_DOUBT=$doubt
  [ -z "$doubt" ]
}

# hear_all: what each node of this server's view says, itself first; sixteen are asked at once. They are found where the view has them: a
# pod that is somewhere else by now does not answer there.
hear_all() {
  local addresses pids count address
  claims_of "$POD_IP" >"$WORK/claims.0"
  pids=
  count=0
  addresses=$(awk '$1 == "node" && $4 !~ /myself/ { print $3 }' "$VIEW")
  for address in $addresses; do
    count=$((count + 1))
    claims_of "$address" >"$WORK/claims.$count" &
    pids="$pids $!"
    if [ "$((count % 16))" = 0 ]; then
      # shellcheck disable=SC2086 # a list of process ids
      wait $pids
      pids=
    fi
  done
  # shellcheck disable=SC2086 # a list of process ids
  if [ -n "$pids" ]; then wait $pids; fi
  cat "$WORK"/claims.*
  rm -f "$WORK"/claims.*
}

claims_of() {
  echo "asked $1"
  printf '%s\n' 'CLUSTER INFO' 'CLUSTER NODES' PING | ask_all "$1"
}

# set_timeout_right: whoever shortens the timeout sets it back within a second. If something ended it in between, this does.
set_timeout_right() {
  local own
  if [ "$TIMEOUT" != "$SHORT_TIMEOUT" ]; then
    SHORT_SINCE=
    return
  fi
  # shellcheck disable=SC2034 # keeper.sh reads it
  HELD_UP=yes
  SHORT_SINCE=${SHORT_SINCE:-$(hundredths)}
  if [ "$(($(hundredths) - SHORT_SINCE))" -gt 100 ]; then
    own=$(started_with cluster-node-timeout)
    log rejoin "cluster-node-timeout was left at $SHORT_TIMEOUT: set back to $own: $(ask "$POD_IP" CONFIG SET cluster-node-timeout "$own")"
  fi
}
