# shellcheck shell=sh
# The one way to reach a server: no other file knows the engine's client, its options or the password.

PORT=${PORT:-6379}
BUS_PORT=$((PORT + 10000))
# The file with the default user's password, beside those of others; empty if servers ask for none.
AUTH_FILE=${AUTH_FILE:-}
ASK_SECONDS=${ASK_SECONDS:-4}

# The engine's programs have its own name: an image of Valkey may lack the names of Redis.
for ENGINE in valkey redis; do
  if command -v "$ENGINE-cli" >/dev/null; then break; fi
done
CLI=$ENGINE-cli
SERVER=$ENGINE-server

# What the client is started by if servers ask for a password; its words are a command's.
LOGIN=
if [ -n "$AUTH_FILE" ]; then LOGIN="sh $HERE/login.sh $RUN/password $AUTH_FILE"; fi

# reach ADDRESS [COMMAND…]: the node's answer to a command, or to those on standard input, one a line, over one connection.
# Empty if the node gives none within ASK_SECONDS; what keeps the client from the node is on standard error.
reach() {
  local address
  address=$1
  shift
  # shellcheck disable=SC2086 # the words of a command
  timeout "$ASK_SECONDS" $LOGIN "$CLI" -h "$address" -p "$PORT" "$@"
}

# ask ADDRESS COMMAND…: the node's answer, which may be an error it states; empty if it gives none.
ask() { reach "$@" </dev/null 2>/dev/null; }

# ask_all ADDRESS: the answers to the commands on standard input.
ask_all() { reach "$1" 2>/dev/null; }

# bus_answers ADDRESS: whether the port is reached on which servers talk to each other. A server there ends a connection that says PING.
# What the network keeps away is stopped by timeout, with 124 or 143, or cannot connect.
bus_answers() {
  local said
  said=$(timeout 2 "$CLI" -h "$1" -p "$BUS_PORT" PING 2>&1 </dev/null)
  if [ $? -ge 124 ]; then return 1; fi
  case $said in *'Could not connect'*) return 1 ;; esac
}

# connect ADDRESS: a connection that lasts as long as standard input; takes the place of the shell that it runs in.
connect() {
  # shellcheck disable=SC2086 # the words of a command
  exec $LOGIN "$CLI" -h "$1" -p "$PORT"
}

# ask_without_password ADDRESS COMMAND…: the node's answer to somebody who names no password.
ask_without_password() { LOGIN='' ask "$@"; }

# ask_socket SOCKET: the answers to the commands on standard input of a server that listens there and asks for no password.
ask_socket() { timeout "$ASK_SECONDS" "$CLI" -s "$1" 2>/dev/null; }

# cluster_client SECONDS VERB ADDRESS OPTION…: what the client's --cluster does through this node; killed after so many seconds.
cluster_client() {
  local seconds verb address
  seconds=$1 verb=$2 address=$3
  shift 3
  # shellcheck disable=SC2086 # the words of a command
  timeout "$seconds" $LOGIN "$CLI" --cluster "$verb" "$address:$PORT" "$@" </dev/null
}

# server_version: the version of the server in this image, as in 7.0.15.
server_version() { "$SERVER" --version | sed -n 's/.* v=\([0-9.]*\).*/\1/p'; }

# password_fault FILE: what is wrong with the password in it; empty if nothing is. A newline at its end is no part of it.
password_fault() {
  if [ ! -e "$1" ]; then
    echo "the Secret has no key ${1##*/}"
  elif [ ! -r "$1" ]; then
    echo "user $(id -u) of groups $(id -G) cannot read it: pod.securityContext.fsGroup has to be one of these groups"
  elif [ "$(tr -d '\000' <"$1" | wc -c)" -ne "$(wc -c <"$1")" ]; then
    echo 'it holds a NUL byte, which no client can send from its environment'
  elif [ "$(sed 1d "$1" | wc -c)" -gt 0 ]; then
    echo 'it has more than one line, and no configuration can hold that'
  elif [ -z "$(cat "$1")" ]; then
    echo 'it is empty, which would let everybody in'
  fi
}
