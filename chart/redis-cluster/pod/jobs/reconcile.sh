#!/bin/sh
# Hook Job: brings the cluster to what is desired, once all pods run what this release wants. Exit 3: a person has to look.
# With SCHEDULED=yes, in a CronJob, it only brings pods to their places.
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
. "$HERE/scheduled.sh"
. "$HERE/users.sh"
. "$HERE/await-users.sh"

# A shell that is the first process of its container heeds no signal without a trap.
trap 'exit 143' TERM
SIZE=$((SHARDS * (1 + REPLICAS)))
deadline_in "$DEADLINE_SECONDS"
if [ "${SCHEDULED:-}" = yes ]; then
  keep_places
  exit
fi
log start "$SHARDS shards with $REPLICAS replicas each: $SIZE pods"
converge "$SIZE" revision="${REVISION:-}" || exit
# A keeper that runs this looks after users itself.
if [ "${AWAIT_USERS:-}" = yes ]; then await_users "$SIZE"; fi
