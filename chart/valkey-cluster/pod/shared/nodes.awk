# The one reader of CLUSTER NODES and of nodes.conf, which has the same lines. Of each such line it makes
#   node ID ADDRESS FLAGS MASTER EPOCH LINK SLOTS OPEN HEARD PORTS SHARD
# SLOTS are ranges joined by commas; OPEN are slots on their way; HEARD is the time of the node's last answer, in milliseconds;
# PORTS are as in 6379@16379; SHARD is in nodes.conf alone. "-" stands for nothing. All other lines stay as they are.
#
# With edits=FILE the lines keep their own form, and the file says what changes, a line each: ID COLUMN VALUE. The columns are
# id, address (as in 10.0.0.1:6379@16379), flags, master, sent, heard, epoch, link and shard. "open -" takes all slots on their
# way off the line, "zone -" its zone; "drop -" removes the line.
#
# With once=yes, for answers of many nodes: a line that says what an earlier one said, but for times and the epoch, becomes "again
# NUMBER". The line of that number has it after SHARD. Nodes that still shake hands have names of the moment, so they have "-" there.

BEGIN {
  columns = split("id - flags master sent heard epoch link", column_name, " ")
  while (edits != "" && (getline line <edits) > 0) { split(line, word, " "); edit[word[1], word[2]] = word[3] }
}

{ sub(/\r$/, "") }
NF < 8 || $2 !~ /:[0-9]+@[0-9]+/ { print; next }
edits != "" { change($1); next }

once != "" {
  place = "-"
  if (!/handshake/) {
    words = $0; sub(/ [0-9]+ [0-9]+ [0-9]+ /, " ", words)
    if (words in number) { print "again", number[words]; next }
    place = number[words] = ++numbers
  }
}

{
  address = ports = $2
  # The last colon before the ports: an IPv6 address has others.
  sub(/:[0-9]+@.*/, "", address)
  ports = substr(ports, length(address) + 2); sub(/,.*/, "", ports)
  shard = match($2, /shard-id=[0-9a-f]+/) ? substr($2, RSTART + 9, RLENGTH - 9) : ""
  slots = open = ""
  for (i = 9; i <= NF; i++) if ($i ~ /^\[/) open = open "," $i; else slots = slots "," $i
  print "node", $1, said(address), $3, $4, $7, $8, said(substr(slots, 2)), said(substr(open, 2)), $6, ports, said(shard) (once == "" ? "" : " " place)
}

function said(text) { return text == "" ? "-" : text }

function change(id,    i, kept) {
  if ((id, "drop") in edit) return
  for (i = 1; i <= columns; i++) if ((id, column_name[i]) in edit) $i = edit[id, column_name[i]]
  if ((id, "address") in edit) sub(/^[^,]*/, edit[id, "address"], $2)
  if ((id, "shard") in edit) sub(/shard-id=[0-9a-f]+/, "shard-id=" edit[id, "shard"], $2)
  if ((id, "zone") in edit) sub(/,availability-zone=[^,]*/, "", $2)
  kept = $1
  for (i = 2; i <= NF; i++) if ($i !~ /^\[/ || !((id, "open") in edit)) kept = kept " " $i
  print kept
}
