# shellcheck shell=sh
# Sourced by start.sh: whether a replica takes this pod's place. A master that came back without its data would have its replica
# throw the data away. A new node at the address of a lost master would keep the others from ever counting that master as failed.

# await_failover id|address VALUE WHY: waits while the peers take that node for the owner of slots, up to the time that a
# failover takes.
await_failover() {
  local seconds
  if [ "$(owns_slots "$1" "$2")" != yes ]; then return; fi
  seconds=$(($(setting cluster-node-timeout) * 3 / 1000 + 5))
  log volume "$3: waiting up to ${seconds}s until a replica took over"
  deadline_in "$seconds"
  forget_answers
  while before_deadline; do
    if [ "$(owns_slots "$1" "$2")" = no ]; then
      log volume "its slots have another owner now"
      return
    fi
    sleep 1 &
    wait $!
  done
  log volume "no replica took over; starting with what is there"
}

# owns_slots id|address VALUE: yes or no, as the first peer says that knows an owner of every slot; empty if there is no such
# peer. A pod that has just lost its own volume knows of nobody, and is no witness.
owns_slots() {
  local peer address owns
  for peer in $(peers); do
    address=$(address_of "$peer")
    if [ -z "$address" ]; then continue; fi
    owns=$(ASK_SECONDS=1 ask "$address" CLUSTER NODES | nodes | awk -v by="$1" -v value="$2" '
      $1 != "node" || $8 == "-" { next }
      (by == "id" ? $2 : $3) == value { owns = 1 }
      { n = split($8, part, ","); for (i = 1; i <= n; i++) slots += split(part[i], range, "-") == 2 ? range[2] - range[1] + 1 : 1 }
      END { if (owns) print "yes"; else if (slots == 16384) print "no" }')
    if [ -n "$owns" ]; then echo "$owns" && return; fi
  done
}
