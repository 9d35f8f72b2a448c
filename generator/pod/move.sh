# shellcheck shell=sh
# Sourced by converge.sh's users: slots on their way, by the engine's own client. It is killed after a while, which leaves a
# slot half moved; the next plan ends that first.

# About five seconds' worth of slots go at a time, so that the lock is looked at that often; more in a large cluster, because
# the client asks every node about everything before it begins.
MOVE_BATCH=64
MOVE_LIMIT=120
MOVED=0
MOVE_BEGAN=

# move FROM TO COUNT: a batch of slots to one master, from that one and from others that are to give it as many: the client
# takes from each a share by what each has. How many there are to go altogether is in the plan.
move() {
  MOVE_LEFT=$(awk '$1 == "move" { sum += $4 } END { print sum }' "$PLAN")
  MOVE_SOURCES=$(awk -v most="$MOVE_BATCH" -v to="$2" -v each="$3" '
    $3 == to && $4 == each && count < most { count += each; from = from "," $2 }
    END { print substr(from, 2) }' "$PLAN")
  MOVE_GIVERS=$(echo "$MOVE_SOURCES" | tr , '\n' | wc -l)
  MOVE_COUNT=$(($3 * MOVE_GIVERS))
  MOVE_COUNT=$((MOVE_COUNT < MOVE_BATCH ? MOVE_COUNT : MOVE_BATCH))
  MOVE_WAY="from pod $(of "$1" 2)$([ "$MOVE_GIVERS" = 1 ] || echo " and $((MOVE_GIVERS - 1)) more") to pod $(of "$2" 2)"
  MOVE_BEGAN=${MOVE_BEGAN:-$(now)}
  MOVE_AT=$(now)
  # shellcheck disable=SC2046 # words
  cluster_client reshard --cluster-from "$MOVE_SOURCES" --cluster-to "$2" --cluster-slots "$MOVE_COUNT" --cluster-yes $(move_options "$1")
  MOVE_TOOK=$(($(now) - MOVE_AT))
  MOVE_SECONDS=$((5 + $(wc -l <"$PODS") / 10))
  # The answer is not to be trusted, but what it says is worth a line when it is not all well.
  if [ "$CLIENT_CODE" = 0 ]; then
    MOVED=$((MOVED + MOVE_COUNT))
    MOVE_RATE=$((MOVED / ($(now) - MOVE_BEGAN + 1)))
    MOVE_LEFT=$((MOVE_LEFT - MOVE_COUNT))
    log move "$MOVED of $((MOVED + MOVE_LEFT)) slots moved, now $MOVE_WAY; $MOVE_RATE a second, about $((MOVE_LEFT / (MOVE_RATE + 1)))s left"
  else
    log move "$MOVE_COUNT slots $MOVE_WAY: $(tail -n 1 "$WORK/client")"
  fi
  if [ "$MOVE_TOOK" -lt "$((MOVE_SECONDS / 2))" ]; then MOVE_BATCH=$((MOVE_BATCH * 2)); fi
  if [ "$MOVE_TOOK" -gt "$MOVE_SECONDS" ] && [ "$MOVE_BATCH" -gt 1 ]; then MOVE_BATCH=$((MOVE_BATCH / 2)); fi
}

# move_options FROM: whole slots at once where both the client and the server can; else keys one batch after the other, of
# no more than about a megabyte, because both ends stand still meanwhile.
move_options() {
  # The client's help does not mention the option.
  if [ "$("$CLI" --cluster-use-atomic-slot-migration --version 2>/dev/null)" = "$("$CLI" --version)" ] &&
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
  cluster_client fix
  if [ "$CLIENT_CODE" != 0 ]; then log fix "$(tail -n 1 "$WORK/client")"; fi
}

# cluster_client VERB OPTION…: the client's --cluster command through the step's node; what it prints is in $WORK/client.
cluster_client() {
  CLIENT_VERB=$1
  shift
  timeout "$MOVE_LIMIT" "$CLI" --cluster "$CLIENT_VERB" "$APPLY_ADDRESS:$PORT" "$@" >"$WORK/client" 2>&1 </dev/null
  CLIENT_CODE=$?
}
