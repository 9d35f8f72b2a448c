# shellcheck shell=sh
# Sourced by preflight.sh: masters that are lost when too few are left to vote for their replicas. What is lost is told always; the
# replicas take over only from masters that jobs.takeOverFrom names. That is done here, before any pod restarts: a replica that has
# restarted knows no longer how much of its master's data it has. And `helm --wait` never comes to the reconcile Job while a pod is
# pending because its machine is gone.

# tell_losses: what is lost, and how old each copy is.
tell_losses() {
  local line
  plan report=yes gone="$TAKE_OVER_FROM"
  sed -n 's/^lost //p' "$PLAN" >"$WORK/losses"
  while read -r line; do log lost "$line"; done <"$WORK/losses"
}

# take_over_from_lost PODS: one replica after the other takes over; false, with converge's code, if not all could.
take_over_from_lost() {
  local missing
  LOCK_POD=$(awk '$1 == "pod" && $3 == "up" { print $2; exit }' "$OBSERVED")
  if [ -z "$LOCK_POD" ]; then
    log refuse "jobs.takeOverFrom is set, and no pod answers that could take over"
    return 3
  fi
  missing=$(nameless)
  plan gone="$TAKE_OVER_FROM" nameless="$missing"
  case $(cat "$PLAN") in
    # Who has the lock is made to end only if there is something to do.
    done* | refuse*) ;;
    *) take_lock_over || return 1 ;;
  esac
  converge "$1" gone="$TAKE_OVER_FROM" nameless="$missing" || return
  release_lock
  LOCK_POD=0
}

# nameless: the ordinals of the pods that do not exist, joined by commas.
nameless() {
  awk '$1 == "pod" && $3 == "down" && $4 == "-" { print $2 }' "$OBSERVED" | at_once say_if_nameless | paste -s -d , -
}

# say_if_nameless ORDINAL: prints it if the resolver says three times that there is no such pod, and each time has the address of
# a pod that there is.
say_if_nameless() {
  for _ in 1 2 3; do
    does_not_exist "$1" && [ -n "$(address_of "$LOCK_POD")" ] || return 0
    sleep 0.5
  done
  echo "$1"
}
