# shellcheck shell=sh
# Sourced by start.sh: ends the rejoin delay of this server, once in its life, at the keeper's word. Whoever shortens the timeout lives as
# long as the server: whatever becomes of the keeper, it is set back.

make_pipe() { rm -f "$REJOIN" && mkfifo "$REJOIN"; }

# await_word: until the keeper has said on the pipe whether the delay is to end now. The pipe goes with the first word.
await_word() {
  local word
  read -r word <"$REJOIN"
  rm -f "$REJOIN"
  if [ "$word" != now ]; then return; fi
  log rejoin "the engine's delay was cut short: $(ASK_SECONDS=1 end_delay "$POD_IP" "$(started_with cluster-node-timeout)")"
}
