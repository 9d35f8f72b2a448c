# shellcheck shell=sh
# Sourced by keeper.sh: slots that have lost their master and all its replicas, in a release without volumes. Nobody brings their
# data back, so pod 0 has them given out anew, as the Job does.

LOSS_SINCE=
LOSS_PID=

# look_after_loss: what it starts waits for pods that are away, and this keeper has its own server to heal meanwhile.
look_after_loss() {
  if [ "$ORDINAL $(desired persistence)" != "0 false" ]; then return; fi
  if ! slots_are_missing; then
    LOSS_SINCE=
    return
  fi
  LOSS_SINCE=${LOSS_SINCE:-$(now)}
  if [ "$(($(now) - LOSS_SINCE))" -lt 15 ]; then return; fi
  LOSS_SINCE=
  if [ -n "$LOSS_PID" ] && kill -0 "$LOSS_PID" 2>/dev/null; then return; fi
  log loss "slots have had no master for a while, and there are no volumes: looking whether their data is gone for good"
  reconcile &
  LOSS_PID=$!
}

# slots_are_missing: as this server sees it or, as long as it is part of nothing, as others have told.
slots_are_missing() {
  case $HEALTH in
    none) return 1 ;;
    fresh) if [ -n "$LOSS_SINCE" ]; then return 0; fi ;;
    *)
      [ "$COVERED" != 16384 ]
      return
      ;;
  esac
  hear "$NODE_ID" 3
  grep -q ' broken ' "$HEARD"
}
