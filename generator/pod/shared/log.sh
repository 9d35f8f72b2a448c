# shellcheck shell=sh
# One line a fact, and a deadline for every wait.

# log WORD SENTENCE…: writes one line with the time.
log() {
  local word
  word=$1
  shift
  printf '%s %-8s %s\n' "$(date -u +%H:%M:%S)" "$word" "$*"
}

# now: seconds since 1970.
now() { date +%s; }

# hundredths: of a second, since the machine started.
hundredths() {
  local seconds rest
  read -r seconds rest </proc/uptime
  echo "${seconds%.*}${seconds#*.}"
}

# deadline_in SECONDS: sets the deadline of the wait that follows.
deadline_in() { DEADLINE=$(($(now) + $1)); }
before_deadline() { [ "$(now)" -lt "$DEADLINE" ]; }
