# shellcheck shell=sh
# Sourced by every script: how to reach a node, names to addresses, waiting with a deadline, one-line logs.

PORT=${PORT:-6379}
AUTH_FILE=${AUTH_FILE:-/auth/password}
ASK_SECONDS=${ASK_SECONDS:-4}
NAME_SECONDS=${NAME_SECONDS:-2}
WORK=${WORK:-/tmp}

# The engine's programs go by its own name: an image of Valkey may or may not have the other names as well.
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

# log WORD SENTENCE…: one line a fact, with the time.
log() {
  LOG_WORD=$1
  shift
  printf '%s %-8s %s\n' "$(date -u +%H:%M:%S)" "$LOG_WORD" "$*"
}

# now: seconds since 1970.
now() { date +%s; }

# deadline_in SECONDS, before_deadline: every wait has its end.
deadline_in() { DEADLINE=$(($(now) + $1)); }
before_deadline() { [ "$(now)" -lt "$DEADLINE" ]; }

# address_of ORDINAL: the pod's address, empty while its name does not resolve. A resolver that lost a packet asks again
# after five seconds; whoever needs the name does so sooner.
address_of() { resolve "$NAME-$1.$SERVICE"; }

# resolve NAME: its address. getent hosts would ask for an IPv6 address through the whole search list first; where getent
# knows no ahostsv4 it has to do.
resolve() {
  RESOLVED=$(timeout "$NAME_SECONDS" getent ahostsv4 "$1" 2>/dev/null)
  case $? in
    0 | 124 | 143) ;; # an answer, or none in time
    *) RESOLVED=$(timeout "$NAME_SECONDS" getent hosts "$1" 2>/dev/null) ;;
  esac
  echo "${RESOLVED%%[[:space:]]*}"
}

# ask ADDRESS COMMAND…: the node's answer, which may be an error it states; empty when it gives none in ASK_SECONDS.
ask() {
  ASK_ADDRESS=$1
  shift
  timeout "$ASK_SECONDS" "$CLI" -h "$ASK_ADDRESS" -p "$PORT" "$@" </dev/null 2>/dev/null
}

# ask_all ADDRESS: as ask, for the commands on standard input, one a line, over one connection.
ask_all() { timeout "$ASK_SECONDS" "$CLI" -h "$1" -p "$PORT" 2>/dev/null; }

# server_version: the version of the server in this image, as in 7.0.15.
server_version() { "$SERVER" --version | sed -n 's/.* v=\([0-9.]*\).*/\1/p'; }
