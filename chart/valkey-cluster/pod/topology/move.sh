# shellcheck shell=sh
# Sourced after migrate.sh: slots on their way, a batch at a time. The servers move slots whole where they can (migrate.sh), else the
# engine's own client moves them key by key. The client is killed after a while, which leaves a slot half moved; the next plan
# ends that first.

# About five seconds' worth of slots go at a time, so that the lock is looked at that often. In a large cluster it is more,
# because every node is asked about everything before the next batch.
MOVE_BATCH=64
MOVED=0
MOVE_BEGAN=

# move FROM TO COUNT: a batch of slots to the master TO, from FROM; key by key also from other masters that are to give it as many.
# How many are to go altogether is in the plan.
move() {
  local left givers count way at took seconds rate
  left=$(awk '$1 == "move" { sum += $4 } END { print sum }' "$PLAN")
  MOVE_BEGAN=${MOVE_BEGAN:-$(now)}
  at=$(now)
  if migrates "$1" "$2"; then givers=$1; else givers=$(givers "$2" "$3"); fi
  count=$(($3 * $(echo "$givers" | tr , '\n' | wc -l)))
  way="from pod $(of "$1" 2)$([ "$count" = "$3" ] || echo " and $((count / $3 - 1)) more") to pod $(of "$2" 2)"
  count=$((count < MOVE_BATCH ? count : MOVE_BATCH))
  if [ -n "$MIGRATE_BY" ]; then migrate "$1" "$2" "$count"; else move_keys "$givers" "$2" "$count"; fi
  took=$(($(now) - at))
  seconds=$((5 + $(grep -c '^pod ' "$OBSERVED") / 10))
  # That it went well is not to be trusted, but what went wrong is worth a line.
  if [ -n "$MOVE_FAULT" ]; then
    log move "$count slots $way: $MOVE_FAULT"
    MOVE_BATCH=$(((MOVE_BATCH + 1) / 2))
    return
  fi
  MOVED=$((MOVED + count))
  rate=$((MOVED / ($(now) - MOVE_BEGAN + 1)))
  left=$((left - count))
  log move "$MOVED of $((MOVED + left)) slots moved${MIGRATE_BY:+ whole}, now $way; $rate a second, about $((left / (rate + 1)))s left"
  if [ "$took" -lt "$((seconds / 2))" ]; then MOVE_BATCH=$((MOVE_BATCH * 2)); fi
  if [ "$took" -gt "$seconds" ]; then MOVE_BATCH=$(((MOVE_BATCH + 1) / 2)); fi
}

# givers TO COUNT: those that are to give TO so many, as far as a batch goes.
givers() {
  awk -v most="$MOVE_BATCH" -v to="$1" -v each="$2" '
    $3 == to && $4 == each && count < most { count += each; from = from "," $2 }
    END { print substr(from, 2) }' "$PLAN"
}

# move_keys GIVERS TO COUNT: key by key; the client takes from each a share by what each has. MOVE_FAULT says why it could not.
move_keys() {
  tell_client reshard --cluster-from "$1" --cluster-to "$2" --cluster-slots "$3" --cluster-yes \
    --cluster-pipeline "$(keys_at_once "${1%%,*}")"
  MOVE_FAULT=
  if [ "$CLIENT_CODE" != 0 ]; then MOVE_FAULT=$(tail -n 1 "$WORK/client"); fi
}

# keys_at_once FROM: as many keys as make about a megabyte, because both ends stand still meanwhile.
keys_at_once() {
  awk -v node="$1" '
    $1 == "pod" && $5 == node { for (i = 6; i <= NF; i++) { split($i, pair, "="); fact[pair[1]] = pair[2] } }
    END {
      keys = fact["data"] && fact["keys"] ? int(1048576 * fact["keys"] / fact["data"]) : 10
      print (keys < 1 ? 1 : keys > 100 ? 100 : keys)
    }' "$OBSERVED"
}

# fix: lets the engine's client end what a killed run left half moved. Every slot has a master, or the plan would not ask.
fix() {
  log step "end the half-done move of slots on $APPLY_POD"
  tell_client fix
  if [ "$CLIENT_CODE" != 0 ]; then log fix "$(tail -n 1 "$WORK/client")"; fi
}

# tell_client VERB OPTION…: the client's --cluster command through the step's node; what it prints is in $WORK/client.
tell_client() {
  local verb
  verb=$1
  shift
  cluster_client "$MOVE_LIMIT" "$verb" "$APPLY_ADDRESS" "$@" >"$WORK/client" 2>&1
  CLIENT_CODE=$?
}
