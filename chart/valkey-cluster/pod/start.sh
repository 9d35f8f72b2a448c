#!/bin/sh
# Main container: writes the final configuration for this pod and the server in its image, then becomes the server.
set -u
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=peers.sh
. "$(dirname "$0")/peers.sh"
# shellcheck source=volume.sh
. "$(dirname "$0")/volume.sh"
# shellcheck source=data.sh
. "$(dirname "$0")/data.sh"
# shellcheck source=space.sh
. "$(dirname "$0")/space.sh"
# shellcheck source=mark.sh
. "$(dirname "$0")/mark.sh"
# shellcheck source=identity.sh
. "$(dirname "$0")/identity.sh"
# shellcheck source=addresses.sh
. "$(dirname "$0")/addresses.sh"

CONFIG=${CONFIG:-/config}
RUN=${RUN:-/run/cluster}

# A line of directives is the first version that knows it and the directive: an unknown one is fatal at start.
directives_for() {
  awk -v version="$1" '
    function number(text, part) { split(text, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    NF && number($1) <= number(version) { sub(/^[^ ]+ /, ""); print }' "$CONFIG/directives"
}

# maxmemory is a share of what the container may use; without a limit there is nothing to take a share of.
maxmemory() {
  if [ "${MEMORY_LIMIT:-0}" = 0 ] || [ "${MAXMEMORY_PERCENT:-0}" = 0 ]; then return; fi
  awk -v limit="$MEMORY_LIMIT" -v percent="$MAXMEMORY_PERCENT" 'BEGIN { printf "maxmemory %.0f\n", limit * percent / 100 }'
}

# A replica that was away goes on from what its master has kept for it; where that is too little it has to get all data anew,
# and until then nobody could take over. It is part of maxmemory, so a small container keeps less.
backlog() {
  awk -v limit="${MEMORY_LIMIT:-0}" 'BEGIN {
    most = 64 * 1024 * 1024
    printf "repl-backlog-size %.0f\n", (limit == 0 || limit / 16 > most ? most : limit / 16) }'
}

# with_password DIRECTIVE: the directive with the password in the quotes of a configuration file.
with_password() { printf '%s "%s"\n' "$1" "$(printf '%s' "$REDISCLI_AUTH" | sed 's/[\\"]/\\&/g')"; }

configuration() {
  cat "$CONFIG/server.conf" || return 1
  directives_for "$1" || return 1
  maxmemory
  backlog
  echo "dir $DATA"
  # Peers and clients go by the pod's address: what the server would find out by itself can be an old one.
  echo "cluster-announce-ip $POD_IP"
  echo "replica-announce-ip $POD_IP"
  # Where this pod runs, what it runs and whose copy its volume is, in the one setting that peers can read and nobody can change.
  echo "syslog-ident \"node=$NODE_NAME,zone=${ZONE:-},release=$RELEASE,revision=$REVISION${COPY_OF:+,copy=$COPY_OF}\""
  if [ -n "${REDISCLI_AUTH:-}" ]; then
    with_password requirepass
    with_password masterauth
  fi
  if [ -r "$CONFIG/extra.conf" ]; then cat "$CONFIG/extra.conf"; fi
}

# A shell that is the first process of its container heeds no signal without a trap.
trap 'exit 143' TERM
version=$(server_version)
if [ -z "$version" ]; then
  log refuse "$SERVER --version gives no version: is this an image of the engine?"
  exit 1
fi
if [ -e "$AUTH_FILE" ] && [ -z "${REDISCLI_AUTH:-}" ]; then
  log refuse "the Secret's key with the password is empty, and a server must not start without one"
  exit 1
fi
await_volume
tell_of_failed_start
if ! takes_data start; then log volume "the volume takes no more data. $SPACE_ADVICE"; fi
look_after_volume || exit 1
renew_addresses
rm -f "$RUN/ready"
(umask 077 && configuration "$version" >"$RUN/server.conf") || exit 1
log start "$SERVER $version at $POD_IP on $NODE_NAME"
# The first process of a container inherits what others leave behind: busybox's timeout leaves a process with every probe. A
# server would never look after those, so this shell stays, passes signals on, and ends as its server does.
# The image's own entrypoint adds the modules that the image brings.
docker-entrypoint.sh "$SERVER" "$RUN/server.conf" &
SERVER_PID=$!
trap 'kill -TERM "$SERVER_PID"' TERM INT
while :; do
  wait "$SERVER_PID"
  CODE=$?
  if ! kill -0 "$SERVER_PID" 2>/dev/null; then exit "$CODE"; fi
done
