# shellcheck shell=sh
# The one way to reach a server: no other file knows the engine's client, its options or the password.

PORT=${PORT:-6379}
BUS_PORT=$((PORT + 10000))
AUTH_FILE=${AUTH_FILE:-/auth/password}
ASK_SECONDS=${ASK_SECONDS:-4}

# The engine's programs have its own name: an image of Valkey may lack the names of Redis.
for ENGINE in valkey redis; do
  if command -v "$ENGINE-cli" >/dev/null; then break; fi
done
CLI=$ENGINE-cli
SERVER=$ENGINE-server

# The client takes the password from its environment, so that no list of processes shows it.
if [ -r "$AUTH_FILE" ]; then
  REDISCLI_AUTH=$(cat "$AUTH_FILE")
  VALKEYCLI_AUTH=$REDISCLI_AUTH
  export REDISCLI_AUTH VALKEYCLI_AUTH
fi

# reach ADDRESS [COMMAND…]: the node's answer to a command, or to those on standard input, one a line, over one connection.
# Empty if the node gives none within ASK_SECONDS; what keeps the client from the node is on standard error.
reach() {
  local address
  address=$1
  shift
  timeout "$ASK_SECONDS" "$CLI" -h "$address" -p "$PORT" "$@"
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
connect() { exec "$CLI" -h "$1" -p "$PORT"; }

# cluster_client SECONDS VERB ADDRESS OPTION…: what the client's --cluster does through this node; killed after so many seconds.
cluster_client() {
  local seconds verb address
  seconds=$1 verb=$2 address=$3
  shift 3
  timeout "$seconds" "$CLI" --cluster "$verb" "$address:$PORT" "$@" </dev/null
}

# server_version: the version of the server in this image, as in 7.0.15.
server_version() { "$SERVER" --version | sed -n 's/.* v=\([0-9.]*\).*/\1/p'; }
