# shellcheck shell=sh
# Sourced by who knows the release's users. Their rules are in a ConfigMap and their passwords in the Secret, and a pod sees a change of
# either within a minute or two, each at its own time. access.awk says what a line of $USERS is.

# A user who may do nothing. Its password is the digest of what a server's users are made of, so that others see what that server has.
USERS_MARK=internal-users

# users VERSION: each user, from nothing on, as a rule of this version of the engine; after "wait" the user and what is wrong with its
# password. What lies under KEY.previous lets the user in too, so that clients can move from one password to the next.
users() {
  local user key rules hash previous
  awk -v version="$1" -f "$HERE/access.awk" "$USERS" | while read -r user key rules; do
    hash=$(hash_of "$key")
    previous=$(hash_of "$key.previous")
    if [ -n "$hash" ]; then
      echo "$user reset on #$hash ${previous:+#$previous }$rules"
    else
      echo "wait $user: $(password_fault "${AUTH_FILE%/*}/$key")"
    fi
  done
}

# hash_of KEY: of the password under this key of the Secret; empty if that is of no use. A pod that starts waits for this, so the shell
# itself sees that nothing is wrong: one line, of as many bytes as were read.
hash_of() {
  local file password newline
  file=${AUTH_FILE%/*}/$1
  if [ ! -r "$file" ]; then return; fi
  newline=1
  IFS= read -r password <"$file" || newline=0
  if [ -z "$password" ]; then return; fi
  if [ "$(wc -c <"$file")" -ne "$((${#password} + newline))" ] && [ -n "$(password_fault "$file")" ]; then return; fi
  printf '%s' "$password" | digest
}

digest() { sha256sum | { read -r sum _ && echo "$sum"; }; }

# users_digest: of all rules and of the passwords that belong to them.
users_digest() {
  local key
  {
    cat "$USERS"
    awk 'NF { print $2 }' "$USERS" | sort -u | while read -r key; do echo "$key $(hash_of "$key") $(hash_of "$key.previous")"; done
  } | digest
}

# users_mark DIGEST: the rule of who tells it.
users_mark() { echo "$USERS_MARK reset on #$1"; }

# has_users ADDRESS DIGEST: whether the server there has these users.
has_users() { ask "$1" ACL GETUSER "$USERS_MARK" | grep -q "$2"; }
