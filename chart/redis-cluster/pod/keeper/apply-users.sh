# shellcheck shell=sh
# Sourced by keeper.sh: brings the users of this pod's server to what the files say. A user is changed in one step, so that no client is cut
# off but those of a user that is removed.

USERS_SEEN=
# The server's age in seconds when its users were last looked at. A server begins with the users of that moment.
USERS_LOOKED=0
# Whom a keeper has set since the pod began; whom the server began with is in its configuration. Nobody else is removed.
USERS_SET=$WORK/users.set

# look_after_users: every two seconds at most, because a keeper's round can be much shorter.
look_after_users() {
  local seen digest
  if [ ! -e "$USERS" ] || [ "$HEALTH" = none ]; then return; fi
  if [ "$UPTIME" -lt "$USERS_LOOKED" ]; then
    USERS_LOOKED=0
    USERS_SEEN=
  fi
  if [ "$((UPTIME - USERS_LOOKED))" -lt 2 ]; then return; fi
  USERS_LOOKED=$UPTIME
  seen=$(cat "$USERS" "${AUTH_FILE%/*}"/* 2>/dev/null | digest)
  if [ "$seen" = "$USERS_SEEN" ]; then return; fi
  digest=$(users_digest)
  if has_users "$POD_IP" "$digest" || set_users "$digest"; then USERS_SEEN=$seen; fi
}

# set_users DIGEST: false if the server did not answer. What it refuses, or what has no password, is told once, and waits for the next change.
set_users() {
  local word
  users "$(server_version)" >"$WORK/users"
  {
    sed '/^wait /d; s/^/ACL SETUSER /' "$WORK/users"
    users_to_remove | sed 's/^/ACL DELUSER /'
  } >"$WORK/users.commands"
  # The client prints an empty line after an error.
  ask_all "$POD_IP" <"$WORK/users.commands" | tr -d '\r' | sed '/^$/d' >"$WORK/users.answers"
  if [ "$(wc -l <"$WORK/users.answers")" -ne "$(wc -l <"$WORK/users.commands")" ]; then return 1; fi
  awk 'NF { print $1 }' "$USERS" >"$USERS_SET"
  if ! grep -q '^wait ' "$WORK/users" && ! grep -q '^[^O0-9]' "$WORK/users.answers"; then
    if [ "$(echo "ACL SETUSER $(users_mark "$1")" | ask_all "$POD_IP" | tr -d '\r')" != OK ]; then return 1; fi
  fi
  tell_users | while read -r word; do log users "$word"; done
  # Their hashes are not to stay on a disk.
  rm -f "$WORK/users" "$WORK/users.commands"
}

# users_to_remove: of those that this pod has written, who is named no more.
users_to_remove() {
  {
    sed -n 's/^user \([^ ]*\) .*/\1/p' "$RUN/server.conf"
    cat "$USERS_SET" 2>/dev/null
  } | awk -v mark="$USERS_MARK" 'FILENAME == ARGV[1] { stays[$1]; next } !($1 in stays) && $1 != mark && !told[$1]++' "$USERS" -
}

# tell_users: what became of each user, a line each.
tell_users() {
  paste "$WORK/users.answers" "$WORK/users.commands" | awk -F '\t' '
    { split($2, word, " ") }
    $1 == "OK" { print word[3] " is set"; next }
    $1 ~ /^[0-9]+$/ { print word[3] " is removed"; next }
    { print word[3] " stays as it was, because the server refuses its rules: " $1 }'
  sed -n 's/^wait \([^:]*\): /\1 waits for its password: /p' "$WORK/users"
}
