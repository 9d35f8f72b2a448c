# shellcheck shell=sh
# Sourced by preflight.sh: before a step back within a format all pods write their append-only files anew. What an older
# version does not know is a command at the end of such a file, and fatal: after a rewrite only what came since stands there.

# A pod that restarts just now is given so many seconds before it counts as one that does not answer.
REWRITE_SILENCE=20

# rewrite_files PODS: false if a file may still end in what came before, and the log says why.
rewrite_files() {
  local why
  REWRITE_FOR="$ENGINE $(server_version)"
  log rewrite "the append-only files of $1 pods: they may end in commands that $REWRITE_FOR does not know, and it would not start"
  ordinals "$1" | at_once rewrite_file >"$WORK/not-rewritten"
  while read -r why; do
    refuse "image steps back to $REWRITE_FOR, before which every append-only file is rewritten, and $why"
  done <"$WORK/not-rewritten"
  if was_refused; then return 1; fi
  log rewrite "done. Until all pods have restarted clients must not use commands that came after $REWRITE_FOR"
}

# rewrite_file ORDINAL: prints why a pod's file could not be rewritten, and nothing when it was.
rewrite_file() {
  local began heard address state answer
  began=
  heard=$(now)
  while before_deadline; do
    address=$(address_of "$1")
    state=$(file_state "$address")
    if [ "$state" != silent ]; then heard=$(now); fi
    case $state in
      none | "$began ok") return ;;
      "$began "*)
        echo "pod $1 says that its rewrite failed, and its log why: often its volume has no room, or its container no memory for a second process. Mend that, then upgrade."
        return
        ;;
      silent)
        if [ "$(($(now) - heard))" -ge "$REWRITE_SILENCE" ]; then
          if [ "$ALLOW_SILENCE" != true ]; then
            echo "pod $1 does not answer. Bring it back, then upgrade; or, if it cannot start, set jobs.allowSilence for this upgrade."
          fi
          return
        fi
        ;;
      busy) ;;
      # A rewrite that somebody else began does not count, and neither does one that ended with its server.
      *)
        answer=$(ask "$address" BGREWRITEAOF | tr -d '\r')
        case $answer in
          *started* | *scheduled*) began=${state% *} ;;
          '' | LOADING* | *'already in progress'*) ;;
          *)
            echo "pod $1 answered: $answer Its own log may say more. Mend that, then upgrade."
            return
            ;;
        esac
        ;;
    esac
    sleep 0.5
  done
  echo "pod $1 has not ended its rewrite within jobs.deadlineSeconds, ${DEADLINE_SECONDS}s. Raise that and Helm's --timeout, then upgrade."
}

# file_state ADDRESS: silent; busy with a rewrite, or loading; none, if the server writes no such file; else the id of
# the server's run, and how its last rewrite ended.
file_state() {
  if [ -z "$1" ]; then echo silent && return; fi
  printf '%s\n' 'INFO server' 'INFO persistence' | ask_all "$1" | tr -d '\r' | awk -F : '
    { fact[$1] = $2 }
    END {
      if (fact["run_id"] == "" || fact["aof_last_bgrewrite_status"] == "") print "silent"
      else if (fact["loading"] + fact["aof_rewrite_in_progress"] + fact["aof_rewrite_scheduled"]) print "busy"
      else if (fact["aof_enabled"] == 0) print "none"
      else print fact["run_id"], fact["aof_last_bgrewrite_status"]
    }'
}
