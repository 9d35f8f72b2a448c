# shellcheck shell=sh
# Sourced by reconcile.sh and preflight.sh: observe, plan, apply, and again until the plan is empty. Killed at any point and
# started again it goes on from what it finds.

OBSERVED=$WORK/observed
PLAN=$WORK/plan

# plan OPTION…: what is to be done about the last observation, into $PLAN.
plan() {
  awk -f "$HERE/plan.awk" -f "$HERE/creation.awk" -f "$HERE/shape.awk" -f "$HERE/placement.awk" \
    shards="$SHARDS" replicas="$REPLICAS" release="$RELEASE" "$@" "$OBSERVED" >"$PLAN"
}

# converge PODS OPTION…: brings the cluster of so many pods to what a plan with these options wants. 0 done; 1 the deadline came first; 3 a
# person has to look, or a newer run is at work.
converge() {
  CONVERGE_PODS=$1
  shift
  CONVERGE_SAID=
  while before_deadline; do
    observe "$CONVERGE_PODS" >"$OBSERVED"
    plan "$@"
    read -r word reason <"$PLAN" || word=
    case $word in
      done)
        log "done" "$reason"
        return 0
        ;;
      refuse)
        log refuse "$reason"
        return 3
        ;;
      roll)
        # Whoever waits for pods to restart must not keep them from joining by themselves.
        release_lock
        say_once "$reason"
        if superseded "$(address_of 0)"; then return 3; fi
        sleep 0.5
        ;;
      '')
        log refuse "no plan came out of the observation; this is a defect of the chart. What was observed:"
        cat "$OBSERVED"
        return 3
        ;;
      # What was planned before the lock was held is planned again.
      *)
        if ! keeps_lock; then
          take_lock || return 3
          log lock "held on pod 0"
        elif [ "$word" = wait ]; then
          say_once "$reason"
          sleep 0.2
        else
          CONVERGE_SAID=
          apply_plan
        fi
        ;;
    esac
  done
  log "gave up" "the time is over: ${CONVERGE_SAID:-there was always something left to do}"
  return 1
}

say_once() {
  if [ "$1" != "$CONVERGE_SAID" ]; then log wait "$1"; fi
  CONVERGE_SAID=$1
}

# keeps_lock: whether the lock taken earlier is still held.
keeps_lock() {
  if [ -z "$LOCK_PID" ]; then return 1; fi
  if holds_lock; then return 0; fi
  log wait "lost the lock"
  release_lock
  return 1
}

apply_plan() {
  while read -r line; do
    if ! keeps_lock; then return; fi
    # shellcheck disable=SC2086 # a step is words
    apply $line
    # Slots are moved a batch at a time, and every batch is planned anew.
    case $line in move*) return ;; esac
  done <"$PLAN"
}

# of NODE FIELD: a field of the observation's line of the pod with this id or address (2 its ordinal, 4 its address).
of() { awk -v node="$1" -v field="$2" '$1 == "pod" && ($5 == node || $4 == node) { print $field; exit }' "$OBSERVED"; }

# apply STEP…: one step of the plan. What the node answers is logged; whether it worked the next observation tells.
apply() {
  APPLY_ADDRESS=$(of "$2" 4)
  APPLY_POD="pod $(of "$2" 2)"
  case $1 in
    epoch) tell "give $APPLY_POD epoch $3" CLUSTER SET-CONFIG-EPOCH "$3" ;;
    assign) assign "$3" "$4" ;;
    meet) tell "let $APPLY_POD meet pod $(of "$3" 2)" CLUSTER MEET "$3" "$PORT" ;;
    replicate) tell "make $APPLY_POD a replica of pod $(of "$3" 2)" CLUSTER REPLICATE "$3" ;;
    # The engine does so only to a node that owns nothing.
    reset) tell "make $APPLY_POD, a replica that can be spared, an empty node" CLUSTER RESET SOFT ;;
    failover) take_over ;;
    fix) fix ;;
    move) move "$2" "$3" "$4" ;;
    forget) tell "let $APPLY_POD forget node $3" CLUSTER FORGET "$3" ;;
  esac
}

# A list of slots: ranges are understood only since 7.0. The engine takes all of them or none.
assign() {
  # shellcheck disable=SC2046
  tell "assign $1-$2 to $APPLY_POD" CLUSTER ADDSLOTS $(seq "$1" "$2")
}

# A second request would start the first anew, and writes wait meanwhile: so this one is given its time.
take_over() {
  tell "let $APPLY_POD take over from its master" CLUSTER FAILOVER
  TAKE_OVER_END=$(($(now) + 6))
  while [ "$(now)" -lt "$TAKE_OVER_END" ]; do
    if [ "$(ask "$APPLY_ADDRESS" ROLE | head -n 1)" = master ]; then return; fi
    sleep 0.1
  done
}

tell() {
  TELL_WHAT=$1
  shift
  TELL_ANSWER=$(ask "$APPLY_ADDRESS" "$@" | tr -d '\r')
  case $TELL_ANSWER in
    OK) log step "$TELL_WHAT" ;;
    *) log step "$TELL_WHAT: answered ${TELL_ANSWER:-nothing in ${ASK_SECONDS}s}" ;;
  esac
}
