#!/bin/sh
# The keeper's liveness probe: a keeper that hangs is started anew. A round that creates the cluster may take two minutes.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"

beat=$(date -r "$WORK/heartbeat" +%s) || exit 1
age=$(($(now) - beat))
if [ "$age" -lt 300 ]; then exit 0; fi
echo "the keeper began its last round ${age}s ago"
exit 1
