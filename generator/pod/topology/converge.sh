# shellcheck shell=sh
# Sourced by reconcile.sh and preflight.sh: observe, plan, apply, and again until the plan is empty. Killed at any point and
# started again it goes on from what it finds.

# converge PODS OPTION…: brings the cluster of so many pods to what a plan with these options wants.
#   0  done
#   1  the deadline came first
#   3  a person has to look, or a newer run is at work
converge() {
  local pods word reason
  pods=$1
  shift
  CONVERGE_SAID=
  FIX_NODE=
  UNENDED=
  NEWBORN=
  while before_deadline; do
    observe "$pods" >"$OBSERVED"
    plan "$@" unended="$UNENDED" newborn="$NEWBORN"
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
        if superseded "$(address_of "$LOCK_POD")"; then return 3; fi
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
          log lock "held on pod $LOCK_POD"
        elif [ "$word" = wait ]; then
          say_once "$reason"
          sleep 0.2
        else
          CONVERGE_SAID=
          if [ "$word" = fix ]; then count_fixes "$reason"; fi
          apply_plan
          NEWBORN=$NEWBORN$(awk '$1 == "assign" { printf "%s,", $2 }' "$PLAN")
        fi
        ;;
    esac
  done
  log "gave up" "the time is over: ${CONVERGE_SAID:-there was always something left to do, at last: $word $reason}"
  return 1
}

# count_fixes NODE: a node whose half-moved slots could not be ended three times in a row stops nothing but moves from now on.
count_fixes() {
  if [ "$FIX_NODE" != "$1" ]; then FIXES=0; fi
  FIX_NODE=$1
  FIXES=$((FIXES + 1))
  if [ "$FIXES" = 3 ]; then UNENDED=$1; fi
}

say_once() {
  if [ "$1" != "$CONVERGE_SAID" ]; then log wait "$1"; fi
  CONVERGE_SAID=$1
}
