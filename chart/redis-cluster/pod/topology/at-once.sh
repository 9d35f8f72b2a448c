# shellcheck shell=sh
# Sourced by who does the same with many pods: some at once, but never all of a thousand. A pod that keeps silent costs memory while
# it is waited for, and what the others said costs room on a small volume.

AT_ONCE=16

# at_once FUNCTION: calls it with the words of each line on standard input, and prints what the calls print, in that order. So many
# calls run while what as many earlier ones printed is read.
at_once() {
  local line count pids files earlier_pids earlier_files
  count=0
  pids=
  files=
  earlier_pids=
  earlier_files=
  while read -r line; do
    # shellcheck disable=SC2086 # words
    "$1" $line >"$WORK/call.$count" &
    pids="$pids $!"
    files="$files $WORK/call.$count"
    count=$((count + 1))
    if [ "$((count % AT_ONCE))" = 0 ]; then
      hand_on "$earlier_pids" "$earlier_files"
      earlier_pids=$pids
      earlier_files=$files
      pids=
      files=
    fi
  done
  hand_on "$earlier_pids" "$earlier_files"
  hand_on "$pids" "$files"
}

hand_on() {
  if [ -z "$1" ]; then return; fi
  # shellcheck disable=SC2086 # a list of process ids; a bare wait would wait for the lock's connection too
  wait $1
  # shellcheck disable=SC2086 # a list of files
  cat $2 && rm $2
}

# ordinals COUNT: those of so many pods, a line each.
ordinals() { awk -v count="$1" 'BEGIN { for (i = 0; i < count; i++) print i }'; }
