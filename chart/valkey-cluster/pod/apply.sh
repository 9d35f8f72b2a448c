# shellcheck shell=sh
# Sourced by converge.sh's users: the steps of a plan become commands to nodes. What a node answers is logged; whether it
# worked the next observation tells.

PODS=$WORK/pods
# How many nodes are told something at once: each costs a few processes, and the lock is looked at before.
APPLY_ATONCE=8

apply_plan() {
  grep '^pod ' "$OBSERVED" >"$PODS"
  read -r line <"$PLAN"
  case $line in
    # These take their time, and what comes after them is planned anew.
    failover* | fix* | move*)
      # shellcheck disable=SC2086 # a step is words
      apply $line
      return
      ;;
  esac
  # A node that has met another cannot choose its epoch any more, and those who meet it should hear what it is.
  for APPLY_KIND in cancel epoch assign replicate meet reset forget; do
    tell_all "$APPLY_KIND" || return
  done
}

# tell_all KIND: all steps of a kind, to several nodes at once and to each over one connection; false when the lock is lost.
tell_all() {
  awk -v kind="$1" -v port="$PORT" -v work="$WORK" -f "$HERE/commands.awk" "$PODS" "$PLAN" >"$WORK/told"
  TELL_PIDS=
  TELL_NODES=
  TELL_COUNT=0
  while read -r TELL_NODE TELL_ADDRESS; do
    if [ "$((TELL_COUNT % APPLY_ATONCE))" = 0 ]; then
      wait_for_answers
      keeps_lock || return
    fi
    ask_all "$TELL_ADDRESS" <"$WORK/commands.$TELL_NODE" >"$WORK/answers.$TELL_NODE" &
    TELL_PIDS="$TELL_PIDS $!"
    TELL_NODES="$TELL_NODES $TELL_NODE"
    TELL_COUNT=$((TELL_COUNT + 1))
  done <"$WORK/told"
  wait_for_answers
}

# wait_for_answers: logs what was said to each node, and what it answered to that if it is not OK.
wait_for_answers() {
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for the lock's connection too
  if [ -n "$TELL_PIDS" ]; then wait $TELL_PIDS; fi
  for TELL_TOLD in $TELL_NODES; do
    awk -v begin="$(log step)" -v none="nothing in ${ASK_SECONDS}s" -f "$HERE/answers.awk" "$WORK/said.$TELL_TOLD" "$WORK/answers.$TELL_TOLD"
  done
  TELL_PIDS=
  TELL_NODES=
}

# of NODE FIELD: a field of the observation's line of the pod with this id or address (2 its ordinal, 4 its address).
of() { awk -v node="$1" -v field="$2" '$5 == node || $4 == node { print $field; exit }' "$PODS"; }

# apply STEP…: a step that is more than a command.
apply() {
  APPLY_ADDRESS=$(of "$2" 4)
  APPLY_POD="pod $(of "$2" 2)"
  case $1 in
    failover) take_over ;;
    fix) fix ;;
    move) move "$2" "$3" "$4" ;;
  esac
}

# A second request would start the first anew, and writes wait meanwhile: so this one is given its time.
take_over() {
  TAKE_OVER_ANSWER=$(ask "$APPLY_ADDRESS" CLUSTER FAILOVER | tr -d '\r')
  case $TAKE_OVER_ANSWER in
    OK) log step "let $APPLY_POD take over from its master" ;;
    *) log step "let $APPLY_POD take over from its master: answered ${TAKE_OVER_ANSWER:-nothing in ${ASK_SECONDS}s}" ;;
  esac
  TAKE_OVER_END=$(($(now) + 6))
  while [ "$(now)" -lt "$TAKE_OVER_END" ]; do
    if [ "$(ask "$APPLY_ADDRESS" ROLE | head -n 1)" = master ]; then return; fi
    sleep 0.1
  done
}
