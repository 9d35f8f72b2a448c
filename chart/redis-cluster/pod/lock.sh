# shellcheck shell=sh
# Sourced by who changes slots and roles: exactly one actor at a time does.
# The lock is a connection to pod 0 that named itself topology-…; the lowest client id holds it, and it is gone with its
# holder, whatever became of that.

LOCK_NAME=topology-$(uname -n)-$$

# lock_holder: the name of who holds the lock, empty when nobody does or pod 0 does not answer.
lock_holder() {
  ask "$LOCK_ADDRESS" CLIENT LIST | awk '
    / name=topology-/ {
      for (i = 1; i <= NF; i++) { split($i, pair, "="); field[pair[1]] = pair[2] }
      if (lowest == "" || field["id"] + 0 < lowest) { lowest = field["id"] + 0; holder = field["name"] }
    }
    END { print holder }'
}

holds_lock() { [ "$(lock_holder)" = "$LOCK_NAME" ]; }

# take_lock: waits for its turn until the deadline; false when it never came. A server that restarts drops the
# connection, so the turn is asked for anew with a new one.
take_lock() {
  LOCK_SEEN=
  while before_deadline; do
    LOCK_ADDRESS=$(address_of 0)
    LOCK_HOLDER=$(lock_holder)
    if [ -n "$LOCK_HOLDER" ]; then
      if [ "$LOCK_HOLDER" != "$LOCK_SEEN" ]; then log wait "$LOCK_HOLDER is at work, and only one may change the cluster"; fi
      LOCK_SEEN=$LOCK_HOLDER
    elif [ -n "$LOCK_ADDRESS" ] && [ "$(ask "$LOCK_ADDRESS" PING)" = PONG ]; then
      connect_lock
      # Whoever connected earlier may still be about to name itself.
      sleep 0.2
      if holds_lock; then return 0; fi
      drop_lock
    elif [ "$LOCK_SEEN" != nobody ]; then
      LOCK_SEEN=nobody
      log wait "pod 0 does not answer yet"
    fi
    sleep 0.2
  done
  return 1
}

# take_lock_over: takes the lock from whoever holds it: an earlier run that nobody waits for any more.
take_lock_over() {
  LOCK_ADDRESS=$(address_of 0)
  ask "$LOCK_ADDRESS" CLIENT LIST | sed -n 's/^id=\([0-9]*\) .* name=topology-.*/\1/p' | while read -r LOCK_ID; do
    ask "$LOCK_ADDRESS" CLIENT KILL ID "$LOCK_ID" >/dev/null
  done
  take_lock
}

# The connection may be gone when something is written to it; the next look at the lock tells.
trap '' PIPE

connect_lock() {
  LOCK_PIPE=$WORK/lock.$$
  rm -f "$LOCK_PIPE"
  mkfifo "$LOCK_PIPE"
  # The client reads its commands from the pipe: when this shell is gone the pipe ends, and the connection with it.
  "$CLI" -h "$LOCK_ADDRESS" -p "$PORT" <"$LOCK_PIPE" >/dev/null 2>&1 &
  LOCK_PID=$!
  exec 9>"$LOCK_PIPE"
  rm -f "$LOCK_PIPE"
  echo "CLIENT SETNAME $LOCK_NAME" >&9
}

drop_lock() {
  exec 9>&-
  if [ -n "${LOCK_PID:-}" ]; then kill "$LOCK_PID" 2>/dev/null; wait "$LOCK_PID"; fi
  LOCK_PID=
}
