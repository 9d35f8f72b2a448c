#!/bin/sh
# Hook Job before an upgrade or rollback: refuses by name what this chart cannot carry out, before anything changes, and
# empties the pods that a smaller cluster no longer has, while they still live.
# It runs in the new image and is told the new size; the topology's ConfigMap, mounted, still says what was there before.
# Exit 3: refused.
set -u
HERE=$(dirname "$0")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck source=lock.sh
. "$HERE/lock.sh"
# shellcheck source=observe.sh
. "$HERE/observe.sh"
# shellcheck source=move.sh
. "$HERE/move.sh"
# shellcheck source=apply.sh
. "$HERE/apply.sh"
# shellcheck source=converge.sh
. "$HERE/converge.sh"
# shellcheck source=refusals.sh
. "$HERE/refusals.sh"

TOPOLOGY=${TOPOLOGY:-/topology}

# Whether a pod beyond the new size answers, or a run that was killed left a slot half moved.
work_to_do() { awk -v size="$SIZE" '$1 == "pod" && $2 >= size && $3 == "up" || $1 == "view" && $10 != "-" { found = 1 } END { exit !found }' "$OBSERVED"; }

# await_owners: a master that is just restarting, or being replaced, is given some time before its slots count as out of reach.
await_owners() {
  owners_end=$(($(now) + 20))
  while [ "$OLD_SIZE" -gt "$SIZE" ] && [ -n "$(owners_away)" ] && [ "$(now)" -lt "$owners_end" ]; do
    sleep 1
    observe "$pods" >"$OBSERVED"
  done
}

# somebody_at_work: whether a run of an earlier change has not ended yet.
somebody_at_work() {
  LOCK_ADDRESS=$(address_of 0)
  [ -n "$(lock_holder)" ]
}

trap 'exit 143' TERM
act_as_preflight
if [ ! -r "$TOPOLOGY/shards" ]; then
  log "done" "nothing of this release is there yet"
  exit 0
fi

deadline_in "$DEADLINE_SECONDS"
SIZE=$((SHARDS * (1 + REPLICAS)))
OLD_SIZE=$(($(was shards) * (1 + $(was replicas))))
# The pods that may have to leave: those there should have been, and those there are.
pods=$(pods_from "$((OLD_SIZE > SIZE ? OLD_SIZE : SIZE))")
observe "$pods" >"$OBSERVED"
await_owners
check
if was_refused; then
  log refuse "nothing was changed"
  exit 3
fi

if [ -n "$(in_order)" ] || work_to_do; then
  log start "$SIZE pods are to stay, of $pods"
  take_lock_over || exit 1
  converge "$pods" drain=yes ordered="$(in_order)" || exit
  # A run that waits for its pods looks at the lock twice a second: it is to see this one.
  sleep 2
elif somebody_at_work; then
  take_lock_over || exit 1
fi
release_lock
log "done" "the upgrade can go on"
