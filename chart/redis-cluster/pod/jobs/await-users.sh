# shellcheck shell=sh
# Sourced by reconcile.sh: a release is there once every pod has its users. Kubernetes shows each pod a change of the ConfigMap or of the
# Secret within a minute or two.

# await_users PODS: false if the deadline came first.
await_users() {
  local waits told
  told=
  while :; do
    waits=$(who_waits "$1")
    if [ -z "$waits" ]; then return 0; fi
    if [ "$waits" != "$told" ]; then log wait "$waits"; fi
    told=$waits
    if ! before_deadline; then break; fi
    sleep 1
  done
  log "gave up" "$waits"
  return 1
}

# who_waits PODS: the users without a password, or else the pods that do not have what this Job itself sees.
who_waits() {
  local missing behind
  missing=$(users "$(server_version)" | sed -n 's/^wait //p' | paste -s -d ',' -)
  if [ -n "$missing" ]; then
    echo "users without a password: $missing"
    return
  fi
  USERS_DIGEST=$(users_digest)
  behind=$(ordinals "$1" | at_once lacks_users | paste -s -d ' ' -)
  if [ -n "$behind" ]; then echo "the users are not yet those of this release in pods $behind; their keepers' logs say why if a rule is refused"; fi
}

lacks_users() { has_users "$(address_of "$1")" "$USERS_DIGEST" || echo "$1"; }
