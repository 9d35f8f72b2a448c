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

TOPOLOGY=${TOPOLOGY:-/topology}

was() { cat "$TOPOLOGY/$1" 2>/dev/null; }

# same VALUE OLD NEW WHY: what may not change.
same() {
  if [ "$2" = "$3" ]; then return 0; fi
  refused=1
  log refuse "$1 changes from $2 to $3, $4 set it back to $2."
}

# The servers that run now, engine and version, each once.
running_servers() { sed -n 's/^pod .* engine=\([^ ]*\) version=\([^ ]*\) .*/\1 \2/p' "$OBSERVED" | sort -u; }

# check_engine: sets `refused` where data would not survive the new image, `ordered` where it survives but there is no way back.
check_engine() {
  ordered=
  running_servers >"$WORK/running"
  new="$ENGINE $(server_version)"
  while read -r old; do
    verdict=$(awk -v from="$old" -v to="$new" -f "$HERE/formats.awk")
    case $verdict in
      same) ;;
      newer) ordered=yes ;;
      *)
        refused=1
        log refuse "image changes the servers from $old to $new: ${verdict#refuse }"
        ;;
    esac
  done <"$WORK/running"
}

# check_auth: sets `refused` for another password than the servers have, or one where they have none: every pod that restarts
# would be cut off from those that have not.
check_auth() {
  first=$(address_of 0)
  case $(ask "$first" PING) in
    NOAUTH* | WRONGPASS*)
      refused=1
      log refuse "auth names another password than the one the servers run with, and this version of the chart cannot change it. Set auth, and the Secret it names, back to what they were."
      ;;
  esac
  if [ -e "$AUTH_FILE" ] && [ "$(unset REDISCLI_AUTH VALKEYCLI_AUTH && ask "$first" PING)" = PONG ]; then
    refused=1
    log refuse "auth.enabled changes from false to true, and this version of the chart cannot give running servers a password. Set it back to false, or install a new release with it and copy the keys."
  fi
}

# check: sets `refused` for what cannot be carried out.
check() {
  # Kubernetes would refuse these, but only after the pods that are to leave were emptied.
  claims="and Kubernetes cannot change the volumes of a StatefulSet: install a new release with it and move the data, or"
  same persistence.enabled "$(was persistence)" "$PERSISTENCE" "$claims"
  if [ "$PERSISTENCE" = true ]; then
    same persistence.size "$(was size)" "$VOLUME_SIZE" "$claims"
    same persistence.storageClass "$(was storageClass)" "$STORAGE_CLASS" "$claims"
    same persistence.accessModes "$(was accessModes)" "$ACCESS_MODES" "$claims"
  fi
  same persistence.appendonly "$(was appendonly)" "$APPENDONLY" "and a server would start from a file that lacks what the other one holds:"

  check_auth
  check_engine
  if [ ! -s "$WORK/running" ] && [ "$(was image)" != "$IMAGE" ] && [ "$ALLOW_SILENCE" != true ]; then
    refused=1
    log refuse "image changes from $(was image) to $IMAGE, and no pod answers to say which version it runs. Bring the pods back, then upgrade; or, where they cannot start because of their image, set jobs.allowSilence for this upgrade."
  fi
  if [ ! -s "$WORK/running" ] && [ "$old_size" -gt "$SIZE" ]; then
    refused=1
    log refuse "the cluster is to become smaller, and no pod answers: nobody can say what the pods from $SIZE on hold. Bring the pods back, then upgrade."
  fi
}

# Whether a pod beyond the new size answers, or a run that was killed left a slot half moved.
work_to_do() { awk -v size="$SIZE" '$1 == "pod" && $2 >= size && $3 == "up" || $1 == "view" && $10 != "-" { found = 1 } END { exit !found }' "$OBSERVED"; }

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
old_size=$(($(was shards) * (1 + $(was replicas))))
# The pods that may have to leave: those there should have been, and those there are.
pods=$(pods_from "$((old_size > SIZE ? old_size : SIZE))")
observe "$pods" >"$OBSERVED"
refused=
check
if [ -n "$refused" ]; then
  log refuse "nothing was changed"
  exit 3
fi

if [ -n "$ordered" ] || work_to_do; then
  log start "$SIZE pods are to stay, of $pods"
  take_lock_over || exit 1
  converge "$pods" drain=yes ordered="$ordered" || exit
  # A run that waits for its pods looks at the lock twice a second: it is to see this one.
  sleep 2
elif somebody_at_work; then
  take_lock_over || exit 1
fi
release_lock
log "done" "the upgrade can go on"
