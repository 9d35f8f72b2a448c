# shellcheck shell=sh
# Sourced by who changes slots and roles: exactly one actor at a time does.
# The lock is a connection to pod 0 that named itself topology-…. The lowest client id holds it, and it is gone with its holder.
# Only while pod 0 is gone for good a preflight that cures that holds it on another pod.
# A preflight comes before all others: it belongs to a newer change of the release than whatever is still at work, which ends
# when it sees the preflight.

LOCK_NAME=topology-reconcile-$(uname -n)-$$
LOCK_PID=
LOCK_POD=0

# act_as_preflight: to be said before anything else.
act_as_preflight() { LOCK_NAME=topology-preflight-$(uname -n)-$$; }
is_preflight() { case $1 in topology-preflight-*) return 0 ;; *) return 1 ;; esac; }

# lock_holder: the name of who holds the lock, empty if nobody does or the pod at LOCK_ADDRESS does not answer.
lock_holder() {
  ask "$LOCK_ADDRESS" CLIENT LIST | awk '
    / name=topology-/ {
      for (i = 1; i <= NF; i++) { split($i, pair, "="); field[pair[1]] = pair[2] }
      turn = field["id"] + (field["name"] ~ /^topology-preflight-/ ? 0 : 1e15)
      if (lowest == "" || turn < lowest) { lowest = turn; holder = field["name"] }
    }
    END { print holder }'
}

holds_lock() { [ "$(lock_holder)" = "$LOCK_NAME" ]; }

# take_lock: waits for its turn until the deadline; false if it never came or never will, and the log says why. A server
# that restarts drops the connection, so the turn is asked for anew with a new one.
take_lock() {
  local seen
  seen=
  while before_deadline; do
    if superseded "$(address_of "$LOCK_POD")"; then return 1; fi
    if [ -n "$LOCK_HOLDER" ] && ! is_preflight "$LOCK_NAME"; then
      if [ "$LOCK_HOLDER" != "$seen" ]; then log wait "$LOCK_HOLDER is at work, and only one may change the cluster"; fi
      seen=$LOCK_HOLDER
    elif [ -n "$LOCK_ADDRESS" ] && [ "$(ask "$LOCK_ADDRESS" PING)" = PONG ]; then
      connect_lock
      # Whoever connected earlier may still be about to name itself.
      sleep 0.2
      if holds_lock; then return 0; fi
      release_lock
    elif [ "$seen" != nobody ]; then
      seen=nobody
      log wait "pod $LOCK_POD does not answer yet"
    fi
    sleep 0.2
  done
  log "gave up" "the lock never came free"
  return 1
}

# superseded ADDRESS: true if this run must end: its release is gone; or a preflight holds the lock on the pod at
# ADDRESS, and this run is no preflight. LOCK_HOLDER is who holds the lock.
superseded() {
  LOCK_ADDRESS=$1
  LOCK_HOLDER=$(lock_holder)
  if release_is_gone; then return 0; fi
  if is_preflight "$LOCK_NAME" || ! is_preflight "$LOCK_HOLDER"; then return 1; fi
  log refuse "$LOCK_HOLDER is at work on a newer change of this release: this one ends here"
}

# keeps_lock: whether the lock taken earlier is still held.
keeps_lock() {
  if [ -z "$LOCK_PID" ]; then return 1; fi
  if holds_lock; then return 0; fi
  log wait "lost the lock"
  release_lock
  return 1
}

# take_lock_over: takes the lock as a preflight, and waits until whoever had it has seen that and ended. If that takes more
# than a minute, its connection is closed.
take_lock_over() {
  local end id
  take_lock || return 1
  end=$(($(now) + 60))
  while [ -n "$(other_actors)" ] && before_deadline; do
    if [ "$(now)" -ge "$end" ]; then
      for id in $(other_actors); do ask "$LOCK_ADDRESS" CLIENT KILL ID "$id" >/dev/null; done
    fi
    sleep 0.2
  done
  holds_lock
}

# other_actors: the client ids of all actors but this one.
other_actors() {
  ask "$LOCK_ADDRESS" CLIENT LIST | sed -n "/ name=$LOCK_NAME /d; s/^id=\([0-9]*\) .* name=topology-.*/\1/p"
}

# The connection may be gone when something is written to it; the next look at the lock tells.
trap '' PIPE

connect_lock() {
  local pipe
  pipe=$WORK/lock.$$
  rm -f "$pipe"
  mkfifo "$pipe"
  # The client reads its commands from the pipe: when this shell is gone the pipe ends, and the connection with it.
  connect "$LOCK_ADDRESS" <"$pipe" >/dev/null 2>&1 &
  LOCK_PID=$!
  exec 9>"$pipe"
  rm -f "$pipe"
  echo "CLIENT SETNAME $LOCK_NAME" >&9
}

release_lock() {
  if [ -z "$LOCK_PID" ]; then return; fi
  exec 9>&-
  kill "$LOCK_PID" 2>/dev/null
  wait "$LOCK_PID"
  LOCK_PID=
}
