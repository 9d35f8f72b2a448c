# shellcheck shell=sh
# Sourced by reconcile.sh: a run that nobody asked for. It brings pods to their places while all else is as desired, and waits only
# for what it did itself. Whatever else it meets is somebody's work, or a person's to mend, and ends it with one line.

# keep_places: 0 as soon as there is nothing more to do, or nothing that may be done now; 1 if the deadline came first; 3 if a
# person has to look.
keep_places() {
  local word reason
  ACTED=
  while before_deadline; do
    if is_out_of_date || is_barred; then return 0; fi
    observe "$SIZE" >"$OBSERVED"
    plan places=yes spared="$(spared)" revision="$REVISION"
    read -r word reason <"$PLAN" || word=
    case $word in
      'done')
        log "done" "$reason"
        return 0
        ;;
      refuse)
        log refuse "$reason"
        return 3
        ;;
      failover | forget | replicate | zone)
        if ! keeps_lock; then
          # What was planned before the lock was held is planned again.
          take_free_lock || return 0
        else
          apply_plan
          ACTED=yes
        fi
        ;;
      wait)
        if [ -z "$ACTED" ]; then
          leave "$reason"
          return 0
        fi
        sleep 0.2
        ;;
      roll | leave)
        leave "$reason"
        return 0
        ;;
      *)
        log refuse "'$word $reason' is no plan of a scheduled run; this is a defect of the chart"
        return 3
        ;;
    esac
  done
  log "gave up" "the time is over, at last: $word $reason"
  return 1
}

leave() { log leave "$1: nothing ${ACTED:+more }is changed"; }

# is_out_of_date: whether this run does not belong to the release as it is now, which the mounted topology says; or a person works
# on the cluster by hand.
is_out_of_date() {
  local key
  for key in shards replicas image revision; do
    if [ "$(as_desired "$key")" = "$(as_started "$key")" ]; then continue; fi
    leave "this run was started for another $key ($(as_started "$key")) than the release has now ($(as_desired "$key"))"
    return 0
  done
  if [ "$(as_desired maintenance)" != true ]; then return 1; fi
  leave "keeper.maintenance is on"
}

as_desired() { cat "$TOPOLOGY/$1" 2>/dev/null; }

as_started() {
  case $1 in
    shards) echo "$SHARDS" ;;
    replicas) echo "$REPLICAS" ;;
    image) echo "$IMAGE" ;;
    revision) echo "$REVISION" ;;
  esac
}

# is_barred: whether the release is gone or going, or somebody else may change the cluster now.
is_barred() {
  if superseded "$(address_of 0)"; then return 0; fi
  # While a release is there, its Service is.
  if [ -n "$CLIENT_SERVICE" ] && [ -z "$RELEASE_ADDRESS" ]; then
    leave "the Service $CLIENT_SERVICE has no address"
  elif [ -n "$LOCK_HOLDER" ] && [ "$LOCK_HOLDER" != "$LOCK_NAME" ]; then
    leave "$LOCK_HOLDER is at work"
  else
    return 1
  fi
}

# spared: the replicas that every master needs to take writes.
spared() { if [ "$WRITES" = replicated ]; then echo 1; else echo 0; fi; }

# take_free_lock: takes the lock unless somebody has it.
take_free_lock() {
  connect_lock
  # Whoever connected earlier may still be about to name itself.
  sleep 0.2
  if holds_lock; then return 0; fi
  leave "$(lock_holder) took the lock first"
  return 1
}
