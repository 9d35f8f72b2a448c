# shellcheck shell=sh
# Sourced with apply.sh: slots on their way, by the engine's own client. The client is killed after a while, which leaves a slot
# half moved; the next plan ends that first.

# About five seconds' worth of slots go at a time, so that the lock is looked at that often. In a large cluster it is more,
# because the client asks every node about everything before it begins.
MOVE_BATCH=64
MOVE_LIMIT=120
MOVED=0
MOVE_BEGAN=

# move FROM TO COUNT: a batch of slots to the master TO, from FROM and from other masters that are to give it as many. The client
# takes from each a share by what each has. How many slots are to go altogether is in the plan.
move() {
  local left sources givers count way at took seconds rate
  left=$(awk '$1 == "move" { sum += $4 } END { print sum }' "$PLAN")
  sources=$(awk -v most="$MOVE_BATCH" -v to="$2" -v each="$3" '
    $3 == to && $4 == each && count < most { count += each; from = from "," $2 }
    END { print substr(from, 2) }' "$PLAN")
  givers=$(echo "$sources" | tr , '\n' | wc -l)
  count=$(($3 * givers))
  count=$((count < MOVE_BATCH ? count : MOVE_BATCH))
  way="from pod $(of "$1" 2)$([ "$givers" = 1 ] || echo " and $((givers - 1)) more") to pod $(of "$2" 2)"
  MOVE_BEGAN=${MOVE_BEGAN:-$(now)}
  at=$(now)
  # shellcheck disable=SC2046 # words
  tell_client reshard --cluster-from "$sources" --cluster-to "$2" --cluster-slots "$count" --cluster-yes $(move_options "$1")
  took=$(($(now) - at))
  seconds=$((5 + $(grep -c '^pod ' "$OBSERVED") / 10))
  # The answer is not to be trusted, but what it says is worth a line when it is not all well.
  if [ "$CLIENT_CODE" = 0 ]; then
    MOVED=$((MOVED + count))
    rate=$((MOVED / ($(now) - MOVE_BEGAN + 1)))
    left=$((left - count))
    log move "$MOVED of $((MOVED + left)) slots moved, now $way; $rate a second, about $((left / (rate + 1)))s left"
  else
    log move "$count slots $way: $(tail -n 1 "$WORK/client")"
  fi
  if [ "$took" -lt "$((seconds / 2))" ]; then MOVE_BATCH=$((MOVE_BATCH * 2)); fi
  if [ "$took" -gt "$seconds" ] && [ "$MOVE_BATCH" -gt 1 ]; then MOVE_BATCH=$((MOVE_BATCH / 2)); fi
}

# move_options FROM: whole slots at once if both the client and the server can. If not, keys go in batches of no more than about
# a megabyte, because both ends stand still meanwhile.
move_options() {
  if client_knows --cluster-use-atomic-slot-migration &&
    ask "$APPLY_ADDRESS" COMMAND INFO 'cluster|migrateslots' | grep -q migrateslots; then
    echo --cluster-use-atomic-slot-migration
    return
  fi
  awk -v node="$1" '
    $1 == "pod" && $5 == node { for (i = 6; i <= NF; i++) { split($i, pair, "="); fact[pair[1]] = pair[2] } }
    END {
      keys = fact["data"] && fact["keys"] ? int(1048576 * fact["keys"] / fact["data"]) : 10
      print "--cluster-pipeline", (keys < 1 ? 1 : keys > 100 ? 100 : keys)
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
