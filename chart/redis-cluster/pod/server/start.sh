#!/bin/sh
# The server's container: looks after the volume, writes the configuration for this pod and the server in its image, and runs
# the server.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/peers.sh"
. "$HERE/space.sh"
. "$HERE/rejoin.sh"
. "$HERE/mark.sh"
. "$HERE/users.sh"
. "$HERE/configuration.sh"
. "$HERE/usable.sh"
. "$HERE/nodes-conf.sh"
. "$HERE/replacement.sh"
. "$HERE/identity.sh"
. "$HERE/data.sh"
. "$HERE/volume.sh"
. "$HERE/addresses.sh"
. "$HERE/cut-short.sh"

# A shell that is the first process of its container heeds no signal without a trap.
trap 'exit 143' TERM
case ${POD_NAME#"$NAME"-} in
  '' | *[!0-9]*)
    log refuse "this pod is called $POD_NAME, and its scripts were told that the pods are called $NAME-0, $NAME-1 and so on: no other would ever find it. Something gave the objects other names after Helm had rendered them, as a prefix of kustomize does. Set fullnameOverride instead."
    exit 1
    ;;
esac
version=$(server_version)
if [ -z "$version" ]; then
  log refuse "$SERVER --version gives no version: is this an image of the engine?"
  exit 1
fi
if [ -n "$AUTH_FILE" ]; then
  fault=$(password_fault "$AUTH_FILE")
  if [ -n "$fault" ]; then
    log refuse "the password in the Secret is of no use: $fault"
    exit 1
  fi
fi
rm -f "$RUN/password"
await_volume
tell_of_failed_start
if ! takes_data start; then
  if ! may_write; then
    log refuse "the server cannot write to its volume. $(space_advice)"
    exit 1
  fi
  log volume "the volume takes no more data. $(space_advice)"
fi
# Each peer is asked once at a start: of all pods that come back together, each silent peer takes a second.
SAID=$WORK/said
forget_answers
look_after_volume || exit 1
renew_addresses
rm -f "$RUN/ready"
(umask 077 && keep_password && configuration "$version" >"$RUN/server.conf" && make_pipe) || exit 1
log start "$SERVER $version at $POD_IP on $NODE_NAME"
# The first process of a container inherits what others leave behind: busybox's timeout leaves a process with every probe. A
# server would never look after those, so this shell stays, passes signals on, and ends as its server does.
# The image's own entrypoint adds the modules that the image brings.
docker-entrypoint.sh "$SERVER" "$RUN/server.conf" &
SERVER_PID=$!
trap 'kill -TERM "$SERVER_PID"' TERM INT
await_word &
AWAIT_PID=$!
while :; do
  wait "$SERVER_PID"
  code=$?
  if ! kill -0 "$SERVER_PID" 2>/dev/null; then break; fi
done
kill "$AWAIT_PID" 2>/dev/null
exit "$code"
