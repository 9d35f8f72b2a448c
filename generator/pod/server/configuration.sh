# shellcheck shell=sh
# Sourced by start.sh: the configuration of this pod's server, from what the chart gives all pods and what only the pod knows.

# configuration VERSION: for a server of this version.
configuration() {
  cat "$CONFIG/server.conf" || return 1
  directives_for "$1" || return 1
  maxmemory
  for_replicas
  echo "dir $DATA"
  # Peers and clients go by the pod's address: what the server would find out by itself can be an old one.
  echo "cluster-announce-ip $POD_IP"
  echo "replica-announce-ip $POD_IP"
  # Where this pod runs, what it runs and whose copy its volume is, in the one setting that peers can read and nobody can change.
  echo "syslog-ident \"node=$NODE_NAME,zone=${ZONE:-},release=$RELEASE,revision=$REVISION${COPY_OF:+,copy=$COPY_OF}\""
  if [ -e "$RUN/password" ]; then
    with_password requirepass
    with_password masterauth
    users_for "$1"
  fi
  if [ -r "$CONFIG/extra.conf" ]; then cat "$CONFIG/extra.conf"; fi
}

# setting NAME: what the chart's configuration says. The installer's own lines cannot say otherwise: see schema/directives.yaml.
setting() { setting_in "$CONFIG/server.conf" "$1"; }

# A line of directives is the first version that knows the directive, and the directive: an unknown one is fatal at start.
directives_for() {
  awk -v version="$1" -v zone="$(zone)" '
    function number(text, part) { split(text, part, "."); return part[1] * 1000000 + part[2] * 1000 + part[3] }
    NF && number($1) <= number(version) { sub(/^[^ ]+ /, ""); sub(/[{]zone[}]/, zone); print }' "$CONFIG/directives"
}

# zone: this pod's, as the Jobs see it too: what cluster.zones has for its Kubernetes node, or else what its label says.
zone() {
  local places place
  places=
  # A ConfigMap's file need not end its line.
  if [ -r "$TOPOLOGY/zones" ]; then read -r places <"$TOPOLOGY/zones" || :; fi
  for place in $places; do
    case $place in "$NODE_NAME="*) echo "${place#*=}" && return ;; esac
  done
  echo "${ZONE:-}"
}

# maxmemory is a share of what the container may use; without a limit there is nothing to take a share of.
maxmemory() {
  if [ "${MEMORY_LIMIT:-0}" = 0 ] || [ "${MAXMEMORY_PERCENT:-0}" = 0 ]; then return; fi
  awk -v limit="$MEMORY_LIMIT" -v percent="$MAXMEMORY_PERCENT" 'BEGIN { printf "maxmemory %.0f\n", limit * percent / 100 }'
}

# A replica that was away goes on from what its master has kept for it. If that is too little, the replica has to get all data
# anew, and until then nobody could take over. The backlog is part of maxmemory, so a small container keeps less.
# What waits for a replica beyond the backlog is not part of maxmemory. With the engine's own limit of 256 MB, a replica that hangs has
# its master killed in a small container. With much less than a quarter, a replica that gets all data while clients write is cut
# off again and again.
for_replicas() {
  echo "repl-backlog-size $(share 16 64)"
  echo "client-output-buffer-limit replica $(share 4 256) $(share 4 64) 60"
}

# share PART MOST: that part of the container's memory, but so many megabytes at most, or without a limit.
share() {
  awk -v limit="${MEMORY_LIMIT:-0}" -v part="$1" -v most="$2" 'BEGIN {
    most *= 1024 * 1024
    printf "%.0f", (limit == 0 || limit / part > most ? most : limit / part) }'
}

# users_for VERSION: the users beside the default one. A user whose password is not there yet has to wait for the keeper. The digest comes first:
# if a file changes meanwhile, the digest is an old one, and the keeper sees that.
users_for() {
  local digest
  if [ ! -e "$USERS" ]; then return; fi
  digest=$(users_digest)
  users "$1" | sed '/^wait /d; s/^/user /'
  echo "user $(users_mark "$digest")"
}

# keep_password: this pod's programs go by the password that its server was started with, whatever becomes of the Secret meanwhile.
keep_password() { if [ -n "$AUTH_FILE" ]; then cat "$AUTH_FILE" >"$RUN/password"; fi; }

# with_password DIRECTIVE: the directive with the password in the quotes of a configuration file.
with_password() { printf '%s "%s"\n' "$1" "$(sed 's/[\\"]/\\&/g' "$RUN/password")"; }
