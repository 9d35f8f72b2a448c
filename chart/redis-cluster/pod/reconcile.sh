#!/bin/sh
# Hook Job: brings the cluster to what is desired, once all pods run what this release wants. Exit 3: a person has to look.
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

# A shell that is the first process of its container heeds no signal without a trap.
trap 'exit 143' TERM
SIZE=$((SHARDS * (1 + REPLICAS)))
log start "$SHARDS shards with $REPLICAS replicas each: $SIZE pods"
deadline_in "$DEADLINE_SECONDS"
converge "$SIZE" revision="${REVISION:-}"
