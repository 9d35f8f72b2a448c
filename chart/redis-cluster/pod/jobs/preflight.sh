#!/bin/sh
# Hook Job before an upgrade or rollback. It refuses by name what this chart cannot carry out, before anything changes. It
# empties the pods that a smaller cluster no longer has, while they still live.
# It runs in the new image and is told the new size; the topology's ConfigMap, mounted, still says what was there before.
# Exit 3: refused.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/release.sh"
. "$HERE/rejoin.sh"
. "$HERE/lock.sh"
. "$HERE/at-once.sh"
. "$HERE/observe.sh"
. "$HERE/plan.sh"
. "$HERE/migrate.sh"
. "$HERE/move.sh"
. "$HERE/apply.sh"
. "$HERE/converge.sh"
. "$HERE/users.sh"
. "$HERE/try-users.sh"
. "$HERE/refusals.sh"
. "$HERE/rewrite.sh"
. "$HERE/takeover.sh"

# work_to_do: whether a pod beyond the new size answers, or a run that was killed left a master with a slot half moved, or slots
# that the servers move on.
work_to_do() {
  awk -v size="$SIZE" '
    $1 == "pod" && ($2 >= size && $3 == "up" || / moves=[1-9]/ || / role=master .* open=\[/) { found = 1 }
    END { exit !found }' "$OBSERVED"
}

# await_pods: a pod that is just restarting, or being replaced, is given some time before it counts as out of reach.
await_pods() {
  local end
  end=$(($(now) + 20))
  AWAY=$(silent_pods)
  while { shrinks_without_owners || grows_without_pods; } && [ "$(now)" -lt "$end" ]; do
    sleep 1
    observe "$pods" >"$OBSERVED"
    AWAY=$(silent_pods | grep -Fx "$AWAY")
  done
}

# somebody_at_work: whether a run of an earlier change has not ended yet.
somebody_at_work() {
  LOCK_ADDRESS=$(address_of 0)
  [ -n "$(lock_holder)" ]
}

# step_back: before servers of an older version start from the files that newer ones wrote.
step_back() { [ -z "$(steps_back)" ] || rewrite_files "$STAYING"; }

trap 'exit 143' TERM
act_as_preflight
if [ ! -r "$TOPOLOGY/shards" ]; then
  log "done" "nothing of this release is there yet"
  exit 0
fi

deadline_in "$DEADLINE_SECONDS"
SIZE=$((SHARDS * (1 + REPLICAS)))
OLD_SIZE=$(($(was shards) * (1 + $(was replicas))))
# The pods there should be, of those that stay: a larger cluster gets its new ones only after this.
STAYING=$((OLD_SIZE < SIZE ? OLD_SIZE : SIZE))
# The pods that may have to leave: those there should have been, and those there are.
pods=$(pods_from "$((OLD_SIZE > SIZE ? OLD_SIZE : SIZE))")
observe "$pods" >"$OBSERVED"
await_pods
check
if was_refused || ! step_back; then
  log refuse "nothing was changed"
  exit 3
fi
tell_losses
if [ -n "$TAKE_OVER_FROM" ]; then
  take_over_from_lost "$pods" || exit
  observe "$pods" >"$OBSERVED"
fi

if [ -n "$(in_order)" ] || work_to_do || somebody_at_work; then
  take_lock_over || exit 1
  # Whoever had the lock may have begun something since.
  observe "$pods" >"$OBSERVED"
  if [ -n "$(in_order)" ] || work_to_do; then
    log start "$SIZE pods are to stay, of $pods"
    converge "$pods" drain=yes there="$STAYING" ordered="$(in_order)" || exit
    # A run that waits for its pods looks at the lock twice a second: it is to see this one.
    sleep 2
  fi
  # What moved to a pod stands at the end of its file, in words of its version.
  step_back || exit 3
fi
release_lock
log "done" "the upgrade can go on"
