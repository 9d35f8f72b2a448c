# shellcheck shell=sh
# Ends the engine's rejoin delay at one server. The engine reads it from cluster-node-timeout when it is over, not when it began, so that
# setting is short until the engine has looked, which it does every tenth of a second.

# The engine's own least delay: a shorter timeout would make no shorter one. No release has so short a timeout.
SHORT_TIMEOUT=500

# The pipe by which the keeper says to the server's container, in one word, whether to end it: now or later.
# shellcheck disable=SC2034 # cut-short.sh and delay.sh read it
REJOIN=$RUN/rejoin

# end_delay ADDRESS TIMEOUT: TIMEOUT is the server's own, which it has again within a second. Prints what became of it.
end_delay() {
  local said end
  said="the cluster is not ok yet"
  ask "$1" CONFIG SET cluster-node-timeout "$SHORT_TIMEOUT" >/dev/null
  end=$(($(hundredths) + 60))
  while [ "$(hundredths)" -lt "$end" ]; do
    if ask "$1" CLUSTER INFO | grep -q '^cluster_state:ok'; then
      said="the cluster is ok"
      break
    fi
    sleep 0.05
  done
  for _ in 1 2 3 4 5 6 7; do
    if [ "$(ask "$1" CONFIG SET cluster-node-timeout "$2")" = OK ]; then
      echo "$said, and cluster-node-timeout is $2 again"
      return
    fi
    sleep 0.1
  done
  echo "$said, and cluster-node-timeout is still $SHORT_TIMEOUT: the keeper has to set it to $2"
}
