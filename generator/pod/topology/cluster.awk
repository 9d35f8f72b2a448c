# The part of the plan that reads the observation: the cluster as its pods describe it, and what a plan says of it.
# All parts share their variables: o, p and m are ordinals, k is a shard in the making.

$1 == "pod" {
  o = $2 + 0
  if (o >= all) all = o + 1
  up[o] = $3 == "up"
  if (!up[o]) next
  if ($5 in ordinal) twin[o] = ordinal[$5]
  address[o] = $4; id[o] = $5; ordinal[$5] = o
  for (i = 6; i <= NF; i++) { split($i, pair, "="); fact[o, pair[1]] = pair[2] }
}

$1 == "view" {
  flags[$2, $3] = $5; master[$2, $3] = $6; link[$2, $3] = $8; slots[$2, $3] = $9
  known[$2] = known[$2] " " $3
  # Of two hundred nodes there are forty thousand lines, so what all agree on is counted here and not compared later.
  if ($5 !~ /handshake|noaddr/) told[$3, $6, $9]++
  if ($5 ~ /(^|,)fail/ || $8 != "connected") ill[$3] = 1
  if ($5 ~ /handshake/) shaking[$2, $4] = 1
  else if ($2 != $3) knows_others[$2] = 1
  if ($2 == $3) epoch[$2] = $7
  if ($10 != "-") read_open($2, $5 ~ /slave/ ? $6 : "", $10)
}

# Slots that are half moved, of which only their masters count. Since Valkey 8 a replica has its master's too, and if it was away
# when the master closed a slot, the slot stays open there.
function read_open(node, its_master, list,    n, i, part) {
  if (its_master == "") {
    if (node == unended) stuck = node; else open = node
    return
  }
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) { gsub(/^\[|-[<>].*/, "", part[i]); left_open[its_master] = left_open[its_master] " " part[i] }
}

# A node's own line says what it owns; another's line only what somebody has heard.
function read_slots(    o) {
  for (o = 0; o < all; o++) if (up[o]) voices++
  for (o = 0; o < all; o++) {
    of[o] = -1
    if (!up[o]) continue
    settled[o] = told[id[o], master[id[o], id[o]], slots[id[o], id[o]]] == voices
    owns[o] = count(slots[id[o], id[o]])
    covered += owns[o]
    if (owns[o]) owners++
    is_replica[o] = flags[id[o], id[o]] ~ /slave/
    if (is_replica[o] && master[id[o], id[o]] in ordinal) of[o] = ordinal[master[id[o], id[o]]]
  }
}

function keep(o) { kept[o] = 1; masters_on[fact[o, "node"]]++; masters_in[fact[o, "zone"]]++ }

function count(list,    n, i, part, range, sum) {
  if (list == "-" || list == "") return 0
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) sum += split(part[i], range, "-") == 2 ? range[2] - range[1] + 1 : 1
  return sum
}

# ---- saying it

function step(text) { print text; steps++ }
function say(text) { if (!steps) print text; exit }
function wait_for(reason) { say("wait " reason) }
function refuse(reason) { if (!steps) print "refuse " reason; exit }
function finish_round() { if (steps) exit; if (waiting != "") wait_for(waiting) }
function pod(node) { return node in ordinal ? "pod " ordinal[node] : "node " substr(node, 1, 8) }
