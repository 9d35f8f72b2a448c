# shellcheck shell=sh
# Sourced by preflight.sh: a server of the new image, which nobody reaches, is told every rule. A rule that it does not take would keep the pods
# from starting.

TRY_SOCKET=$WORK/try.socket

# user_faults: what the engine of the new image does not take, by user and in the engine's words, a line each.
user_faults() {
  local user rules answer
  if [ -z "${USER_RULES:-}" ]; then return; fi
  if ! start_trial; then
    echo "auth.users cannot be tried, because $SERVER of the new image does not start: $(tail -n 1 "$WORK/try.log")"
    return
  fi
  printf '%s\n' "$USER_RULES" | awk -v version="$(server_version)" -f "$HERE/access.awk" >"$WORK/user-rules"
  while read -r user _ rules; do
    answer=$(echo "ACL SETUSER $user reset on >a-stand-in $rules" | ask_socket "$TRY_SOCKET" | sed '/^$/d' | tr -d '\r')
    if [ "$answer" != OK ]; then
      echo "auth.users: $ENGINE $(server_version), the engine of the new image, does not take the rules of $user: $answer"
    fi
  done <"$WORK/user-rules"
  kill "$TRY_PID" 2>/dev/null
  wait "$TRY_PID"
}

start_trial() {
  local end
  docker-entrypoint.sh "$SERVER" --port 0 --unixsocket "$TRY_SOCKET" --dir "$WORK" --save '' --appendonly no >"$WORK/try.log" 2>&1 &
  TRY_PID=$!
  end=$(($(now) + 10))
  while [ "$(now)" -lt "$end" ]; do
    if [ "$(echo PING | ask_socket "$TRY_SOCKET")" = PONG ]; then return 0; fi
    if ! kill -0 "$TRY_PID" 2>/dev/null; then return 1; fi
    sleep 0.1
  done
  return 1
}
