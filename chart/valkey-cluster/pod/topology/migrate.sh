# shellcheck shell=sh
# Sourced with apply.sh: slots that the servers move whole, so that a client meets the old master or the new one and nothing between.
# Redis (8.4 and later) is told at the new master, Valkey (9.0 and later) at the old one. The servers carry a move on when nobody
# waits for it any more: the next plan has all masters give it up first.

# Seconds that a batch of slots may take.
MOVE_LIMIT=120

# After so many failures in a row, as under writes that come faster than they are sent, slots go key by key.
MIGRATE_FAILURES=3
MIGRATE_FAILED=0

# migrates FROM TO: whether both servers can, by the command MIGRATE_BY, which else is empty.
migrates() {
  MIGRATE_BY=
  if [ "$MIGRATE_FAILED" = "$MIGRATE_FAILURES" ]; then return 1; fi
  MIGRATE_BY=$(migration_of "$1")
  if [ "$(migration_of "$2")" != "$MIGRATE_BY" ]; then MIGRATE_BY=; fi
  [ -n "$MIGRATE_BY" ]
}

migration_of() { ask "$(of "$1" 4)" COMMAND INFO 'cluster|migration' 'cluster|migrateslots' | grep '^cluster|migrat' | tr -d '\r'; }

# migrate FROM TO COUNT: moves so many slots, and returns when they have moved or will not; MOVE_FAULT says why not.
migrate() {
  local slots answer
  slots=$(slots_of "$1" "$3")
  # shellcheck disable=SC2086 # the ends of ranges are words
  case $MIGRATE_BY in
    'cluster|migration') answer=$(ask "$(of "$2" 4)" CLUSTER MIGRATION IMPORT $slots) ;;
    *) answer=$(ask "$(of "$1" 4)" CLUSTER MIGRATESLOTS SLOTSRANGE $slots NODE "$2") ;;
  esac
  case $answer in
    '' | *' '*) MOVE_FAULT=${answer:-answered nothing in ${ASK_SECONDS}s} ;;
    *) MOVE_FAULT=$(await_migration "$1" "$2") ;;
  esac
  if [ -z "$MOVE_FAULT" ]; then MIGRATE_FAILED=0; else MIGRATE_FAILED=$((MIGRATE_FAILED + 1)); fi
  if [ "$MIGRATE_FAILED" = "$MIGRATE_FAILURES" ]; then MOVE_FAULT="$MOVE_FAULT; from now on slots go key by key"; fi
}

# slots_of NODE COUNT: so many of the node's slots, as the two ends of each range.
slots_of() {
  awk -v node="$1" -v count="$2" '
    $1 == "pod" && $5 == node { for (i = 6; i <= NF; i++) if (sub(/^slots=/, "", $i)) slots = $i }
    END {
      n = split(slots, range, ",")
      for (i = 1; i <= n && count > 0; i++) {
        if (split(range[i], end, "-") == 1) end[2] = end[1]
        if (end[2] - end[1] >= count) end[2] = end[1] + count - 1
        print end[1], end[2]
        count -= end[2] - end[1] + 1
      }
    }' "$OBSERVED"
}

# await_migration FROM TO: returns when the latest move has ended; prints why it failed if it did. Both servers tell of moves a name
# and a value a line, the latest first.
await_migration() {
  local end
  end=$(($(now) + MOVE_LIMIT))
  while [ "$(now)" -lt "$end" ]; do
    case $MIGRATE_BY in
      'cluster|migration') ask "$(of "$2" 4)" CLUSTER MIGRATION STATUS ALL ;;
      *) ask "$(of "$1" 4)" CLUSTER GETSLOTMIGRATIONS ;;
    esac >"$WORK/migration"
    case $(value_of state) in
      completed | success) return ;;
      failed | canceled | cancelled) echo "$(value_of state): $(value_of 'last_error|message')" && return ;;
      '') echo "the server tells nothing of the move" && return ;;
    esac
    sleep 0.1
  done
  echo "not at its end in ${MOVE_LIMIT}s"
}

value_of() { awk -v name="^($1)\$" '{ sub(/\r$/, "") } found { print; exit } $0 ~ name { found = 1 }' "$WORK/migration"; }
