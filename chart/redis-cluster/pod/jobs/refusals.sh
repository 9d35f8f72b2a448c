# shellcheck shell=sh
# Sourced by preflight.sh: what this chart cannot carry out, each refused by name. It goes by the last observation, and by the
# topology's ConfigMap, which still says what was there before.

REFUSED=
ORDERED=
STEPS_BACK=

# refuse SENTENCE: says why, and goes on, so that all reasons are told at once.
refuse() {
  REFUSED=yes
  log refuse "$1"
}

was_refused() { [ -n "$REFUSED" ]; }

# in_order: yes if all data survives the new image, but there is no way back.
in_order() { echo "$ORDERED"; }

# steps_back: yes if the new image reads the servers' format, but may not know all their commands.
steps_back() { echo "$STEPS_BACK"; }

was() { cat "$TOPOLOGY/$1" 2>/dev/null; }

# check_fixed: refuses a change of what an upgrade cannot change. Kubernetes itself would refuse some of that, but only after
# the pods that are to leave were emptied.
check_fixed() {
  local key now value why
  while read -r key now value why; do
    if [ "$now" = '""' ]; then now=; fi
    if [ "$(was "$key")" = "$now" ]; then continue; fi
    refuse "$value changes from \"$(was "$key")\" to \"$now\", $why set it back to \"$(was "$key")\"."
  done <<END
$FIXED
END
}

# The servers that run now, engine and version, each once.
running_servers() { sed -n 's/^pod .* engine=\([^ ]*\) version=\([^ ]*\) .*/\1 \2/p' "$OBSERVED" | sort -u; }

# check_engine: refuses an image that the data would not survive.
check_engine() {
  local new old verdict
  running_servers >"$WORK/running"
  new="$ENGINE $(server_version)"
  while read -r old; do
    verdict=$(awk -v from="$old" -v to="$new" -f "$HERE/formats.awk")
    case $verdict in
      same) ;;
      'same older') STEPS_BACK=yes ;;
      newer) ORDERED=yes ;;
      *)
        refuse "image changes the servers from $old to $new: ${verdict#refuse }"
        ;;
    esac
  done <"$WORK/running"
}

# owners_away: the nodes that own slots, as some pod knows, and that are no pod that answers.
owners_away() {
  awk '
    $1 == "pod" && $3 == "up" { here[$5] = 1 }
    $1 == "told" && $7 != "-" { owns[$3] = 1 }
    END { for (node in owns) if (!(node in here)) print node }' "$OBSERVED"
}

shrinks_without_owners() { [ "$OLD_SIZE" -gt "$SIZE" ] && [ -n "$(owners_away)" ]; }

# silent_pods: the pods that should be there and do not answer. AWAY are those that no observation of this run has found: while
# pods restart one after the other, some pod is always silent.
silent_pods() { awk -v size="$OLD_SIZE" '$1 == "pod" && $2 < size && $3 == "down" { print $2 }' "$OBSERVED"; }

# grows_without_pods: if no pod at all answers, this upgrade may be what brings them.
grows_without_pods() {
  [ "$OLD_SIZE" -lt "$SIZE" ] && [ -n "$AWAY" ] && [ "$ALLOW_SILENCE" != true ] && grep -q '^pod [0-9]* up ' "$OBSERVED"
}

# check_growth: refuses new pods while another pod is away, because new pods get their places once all nodes know all.
check_growth() {
  if grows_without_pods; then
    refuse "the cluster is to become larger, and there is no answer from pod $(echo "$AWAY" | tr '\n' ' ' | sed 's/ $//; s/ /, /g'): new pods get no slots and no masters until all pods answer. Bring the pod back first; or, if this upgrade is to bring it back, set jobs.allowSilence for this upgrade."
  fi
}

# check_size: refuses if the cluster is to become smaller and there are slots that nobody can read.
check_size() {
  local away
  if [ "$OLD_SIZE" -le "$SIZE" ]; then return; fi
  if [ ! -s "$WORK/running" ]; then
    refuse "the cluster is to become smaller, and no pod answers: nobody can say what the pods from $SIZE on hold. Bring the pods back, then upgrade."
    return
  fi
  # Without volumes nobody brings back what no pod has. Once all of them answer, its slots are given out anew.
  if [ "$PERSISTENCE" = false ] && ! grep -q '^pod [0-9]* down ' "$OBSERVED"; then return; fi
  for away in $(owners_away); do
    refuse "the cluster is to become smaller, and node $away, which owns slots, does not answer: they could not be moved. Bring its pod back first; an upgrade to $(was shards) shards with $(was replicas) replicas starts pods again that kubectl scale took away (Helm 4 wants --force-conflicts for that)."
  done
}

# check_auth: refuses another password than the servers have, or a password if they have none: every pod that restarts
# would be cut off from those that have not.
check_auth() {
  local first fault
  # The Secret can be one that this upgrade makes.
  if [ -e "$AUTH_FILE" ]; then
    fault=$(password_fault "$AUTH_FILE")
    if [ -n "$fault" ]; then
      refuse "the password that auth names is of no use: $fault."
      return
    fi
  fi
  first=$(address_of 0)
  case $(ask "$first" PING) in
    NOAUTH* | WRONGPASS*)
      refuse "auth names another password than the one the servers run with, and this version of the chart cannot change it. Set auth, and the Secret it names, back to what they were."
      ;;
  esac
  if [ -n "$AUTH_FILE" ] && [ "$(ask_without_password "$first" PING)" = PONG ]; then
    refuse "auth.enabled changes from false to true, and this version of the chart cannot give running servers a password. Set it back to false, or install a new release with it and copy the keys."
  fi
}

# check_users: refuses rules that would keep the pods from starting, each user by name.
check_users() {
  local fault
  user_faults >"$WORK/user-faults"
  while read -r fault; do refuse "$fault"; done <"$WORK/user-faults"
}

# check: refuses what cannot be carried out.
check() {
  check_fixed
  check_auth
  check_engine
  if [ ! -s "$WORK/running" ] && [ "$(was image)" != "$IMAGE" ] && [ "$ALLOW_SILENCE" != true ]; then
    refuse "image changes from $(was image) to $IMAGE, and no pod answers to say which version it runs. Bring the pods back, then upgrade; or, if they cannot start because of their image, set jobs.allowSilence for this upgrade."
  fi
  check_size
  check_growth
  check_users
}
