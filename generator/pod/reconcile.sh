#!/bin/sh
# Hook Job: brings the cluster to what is desired: observe, plan, apply, and again until the plan is empty.
# Killed at any point and started again it goes on from what it finds. Exit 3: a person has to look first.
set -u
HERE=$(dirname "$0")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck source=lock.sh
. "$HERE/lock.sh"
# shellcheck source=observe.sh
. "$HERE/observe.sh"

SIZE=$((SHARDS * (1 + REPLICAS)))
OBSERVED=$WORK/observed
PLAN=$WORK/plan

plan() { awk -f "$HERE/plan.awk" -f "$HERE/placement.awk" shards="$SHARDS" replicas="$REPLICAS" release="$RELEASE" "$OBSERVED"; }

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
    forget) tell "let $APPLY_POD forget node $3" CLUSTER FORGET "$3" ;;
  esac
}

# A list of slots: ranges are understood only since 7.0. The engine takes all of them or none.
assign() {
  # shellcheck disable=SC2046
  tell "assign $1-$2 to $APPLY_POD" CLUSTER ADDSLOTS $(seq "$1" "$2")
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

log start "$SHARDS shards with $REPLICAS replicas each: $SIZE pods"
deadline_in "$DEADLINE_SECONDS"
waiting=
while before_deadline && take_lock; do
  log lock "held on pod 0"
  while before_deadline && holds_lock; do
    observe "$SIZE" >"$OBSERVED"
    plan >"$PLAN"
    read -r word reason <"$PLAN" || word=
    case $word in
      done)
        log "done" "$reason"
        exit 0
        ;;
      refuse)
        log refuse "$reason"
        exit 3
        ;;
      wait)
        if [ "$reason" != "$waiting" ]; then log wait "$reason"; fi
        waiting=$reason
        sleep 0.2
        ;;
      '')
        log refuse "no plan came out of the observation; this is a defect of the chart. What was observed:"
        cat "$OBSERVED"
        exit 3
        ;;
      *)
        waiting=
        while read -r line; do
          if ! holds_lock; then break; fi
          # shellcheck disable=SC2086 # a step is words
          apply $line
        done <"$PLAN"
        ;;
    esac
  done
  if before_deadline; then log wait "lost the lock"; fi
  drop_lock
done
log "gave up" "after ${DEADLINE_SECONDS}s: ${waiting:-the lock never came free}"
exit 1
