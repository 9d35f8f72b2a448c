# shellcheck shell=sh
# Sourced by start.sh: nodes.conf on the volume, in which the server keeps who it is and which nodes it knows.

# own_line COLUMNS: columns of the node's own line, as `nodes` writes it.
own_line() { nodes <"$DATA/nodes.conf" | own "$1"; }

# owns_slots_itself: whether the node owns slots, or is about to, by its own account.
owns_slots_itself() { [ "$(own_line 8,9)" != "- -" ]; }

# edit_nodes_conf [FILE]: changes nodes.conf, or its copy FILE, as the edits on standard input say, in the words of nodes.awk. False
# if there are none, or if what came out is not intact.
edit_nodes_conf() {
  local file code
  file=${1:-$DATA/nodes.conf}
  cat >"$WORK/edits"
  code=1
  if [ -s "$WORK/edits" ] && awk -v edits="$WORK/edits" -f "$HERE/nodes.awk" "$file" >"$DATA/nodes.conf.new" &&
    intact "$DATA/nodes.conf.new" && on_disk "$DATA/nodes.conf.new" && mv "$DATA/nodes.conf.new" "$file"; then code=0; fi
  rm -f "$DATA/nodes.conf.new" "$WORK/edits"
  return "$code"
}

# own_nodes_conf: a server that ran as another user, before this chart took the volume over, wrote it anew when it stopped.
own_nodes_conf() {
  if [ ! -e "$DATA/nodes.conf" ] || [ -w "$DATA/nodes.conf" ]; then return; fi
  cp "$DATA/nodes.conf" "$DATA/nodes.conf.new" && mv -f "$DATA/nodes.conf.new" "$DATA/nodes.conf"
}

# leave_zones_out FILE: Valkey from 9.1 on also notes each node's zone there, and an older server takes such a file for a broken one.
# All nodes soon tell their zones again.
leave_zones_out() {
  # shellcheck disable=SC2094 # nothing is written before all is read
  if grep -qs ',availability-zone=' "$1"; then nodes <"$1" | awk '$1 == "node" { print $2, "zone", "-" }' | edit_nodes_conf "$1"; fi
}

# agree_on_shards FILE: a server that ended soon after the cluster was made, or a replica moved, can have noted another shard for a
# replica than for its master. Some versions refuse to start with that (valkey#774, redis#13468).
agree_on_shards() {
  if [ ! -e "$1" ]; then return; fi
  # shellcheck disable=SC2094 # nothing is written before all is read
  nodes <"$1" | awk '
    $1 == "node" { shard[$2] = $12; master[$2] = $5 }
    END {
      for (id in shard) {
        its = master[id] in shard ? shard[master[id]] : "-"
        if (shard[id] != "-" && its != "-" && its != shard[id]) print id, "shard", its
      }
    }' | edit_nodes_conf "$1" && log volume "${1##*/} had a replica in another shard than its master's: it is in that one now"
}
