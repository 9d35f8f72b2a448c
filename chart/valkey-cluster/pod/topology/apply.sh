# shellcheck shell=sh
# Sourced with converge.sh: the steps of a plan become commands to nodes. What a node answers is logged; whether it worked the
# next observation tells.

# How many nodes are told something at once: each costs a few processes, and the lock is looked at before.
APPLY_ATONCE=8

apply_plan() {
  local line kind
  read -r line <"$PLAN"
  case $line in
    # These take their time, and what comes after them is planned anew.
    failover* | takeover* | fix* | move*)
      # shellcheck disable=SC2086 # a step is words
      apply $line
      return
      ;;
  esac
  if [ "${line%% *}" = hurry ]; then
    sed 's/^hurry //' "$PLAN" | at_once hurry
    return
  fi
  sed -n 's/^lost //p' "$PLAN" | while read -r line; do log lost "$line"; done
  # A node that has met another cannot choose its epoch any more, and those who meet it should hear what it is.
  for kind in cancel close epoch assign replicate meet reset forget zone; do
    tell_all "$kind" || return
  done
}

# tell_all KIND: all steps of a kind, to several nodes at once and to each over one connection; false if the lock is lost.
tell_all() {
  local count node address
  awk -v kind="$1" -v port="$PORT" -v work="$WORK" -f "$HERE/commands.awk" "$OBSERVED" "$PLAN" >"$WORK/told"
  TELL_PIDS=
  TELL_NODES=
  count=0
  while read -r node address; do
    if [ "$((count % APPLY_ATONCE))" = 0 ]; then
      wait_for_answers
      keeps_lock || return
    fi
    ask_all "$address" <"$WORK/commands.$node" >"$WORK/answers.$node" &
    TELL_PIDS="$TELL_PIDS $!"
    TELL_NODES="$TELL_NODES $node"
    count=$((count + 1))
  done <"$WORK/told"
  wait_for_answers
}

# wait_for_answers: logs what was said to each node, and what it answered to that if it is not OK.
wait_for_answers() {
  local node
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for the lock's connection too
  if [ -n "$TELL_PIDS" ]; then wait $TELL_PIDS; fi
  for node in $TELL_NODES; do
    awk -v begin="$(log step)" -v none="nothing in ${ASK_SECONDS}s" -f "$HERE/answers.awk" "$WORK/said.$node" "$WORK/answers.$node"
    rm "$WORK/commands.$node" "$WORK/said.$node" "$WORK/answers.$node"
  done
  TELL_PIDS=
  TELL_NODES=
}

# apply STEP…: a step that is more than a command.
apply() {
  APPLY_ADDRESS=$(of "$2" 4)
  APPLY_POD="pod $(of "$2" 2)"
  case $1 in
    failover) take_over 'CLUSTER FAILOVER' 'from its master' ;;
    # The one place where anything does without a vote: majority.awk says when.
    takeover) take_over 'CLUSTER FAILOVER TAKEOVER' 'from its lost master, without a vote' ;;
    fix) fix ;;
    move) move "$2" "$3" "$4" ;;
  esac
}

# hurry NODE: lets a master serve at once. It gets back the timeout that it was seen with.
hurry() {
  local own
  own=$(sed -n "s/^pod [0-9]* up [^ ]* $1 .* timeout=\([0-9]*\) .*/\1/p" "$OBSERVED")
  if [ -n "$own" ]; then log step "let pod $(of "$1" 2) serve without the engine's delay: $(end_delay "$(of "$1" 4)" "$own")"; fi
}

# take_over COMMAND WORDS: a second request would start the first anew, and writes wait meanwhile: so this one is given its time.
take_over() {
  local answer end
  # shellcheck disable=SC2086 # a command is words
  answer=$(ask "$APPLY_ADDRESS" $1 | tr -d '\r')
  case $answer in
    OK) log step "let $APPLY_POD take over $2" ;;
    *) log step "let $APPLY_POD take over $2: answered ${answer:-nothing in ${ASK_SECONDS}s}" ;;
  esac
  end=$(($(now) + 6))
  while [ "$(now)" -lt "$end" ]; do
    if [ "$(ask "$APPLY_ADDRESS" ROLE | head -n 1)" = master ]; then return; fi
    sleep 0.1
  done
}
