# shellcheck shell=sh
# Sourced by who is about to rely on a nodes.conf: whether a server would start with it, as the node that it was.

usable() { intact "$1" && taken "$1"; }

# intact FILE: whether all is there without which a server would be somebody else: the node's own line, ids of which nothing is
# missing, a line for each master, and the last line. Not every engine looks: Redis 6 takes what is left of an id for one.
intact() {
  [ -r "$1" ] && nodes <"$1" | awk '
    $1 == "vars" && / currentEpoch / { ended = 1 }
    $1 != "node" { next }
    { has_line[$2]; if ($5 != "-") is_master[$5] }
    $4 ~ /myself/ { own++ }
    length($2) != 40 || $2 ~ /[^0-9a-f]/ { broken = 1 }
    END {
      for (id in is_master) if (!(id in has_line)) broken = 1
      exit !(ended && own == 1 && !broken)
    }'
}

# taken FILE: whether this image's server takes it, as the server itself says. The server reads a copy before it looks for its
# modules. As it finds no such module, it ends before it has spoken to anybody, after some hundredths of a second.
taken() {
  local trial code
  trial=$WORK/trial
  mkdir -p "$trial" && cp "$1" "$trial/nodes.conf" || return 0
  code=0
  # shellcheck disable=SC3045 # dash and busybox know it
  (ulimit -c 0 && exec timeout 10 "$SERVER" --cluster-enabled yes --dir "$trial" --loadmodule none \
    --bind 127.0.0.1 --port 0 --unixsocket "$trial/socket") </dev/null >"$trial/log" 2>&1 || code=$?
  # Some panic over what they cannot read.
  case $code in 134 | 139) ;; *) if ! grep -q 'corrupted cluster config file' "$trial/log"; then code=; fi ;; esac
  rm -rf "$trial"
  [ -z "$code" ]
}
