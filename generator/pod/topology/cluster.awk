# The part of the plan that reads the observation: the cluster as its pods describe it, and what a plan says of it.
# All parts share their variables: o, p and m are ordinals, k is a shard in the making.

$1 == "pod" {
  o = $2 + 0
  if (o >= all) all = o + 1
  up[o] = $3 == "up"
  address[o] = $4
  if (!up[o]) next
  if ($5 in ordinal) twin[o] = ordinal[$5]
  id[o] = $5; ordinal[$5] = o
  for (i = 6; i <= NF; i++) { split($i, pair, "="); fact[o, pair[1]] = pair[2] }
}

# What a node says of itself is so; what another says of it is only what somebody has heard.
function read_slots(    o) {
  for (o = 0; o < all; o++) {
    of[o] = -1
    if (!up[o]) continue
    owns[o] = count(fact[o, "slots"])
    covered += owns[o]
    if (owns[o]) owners++
    is_replica[o] = fact[o, "role"] == "slave"
    if (is_replica[o] && fact[o, "master"] in ordinal) of[o] = ordinal[fact[o, "master"]]
    if (fact[o, "open"] != "-") read_open(o)
  }
}

# Slots that are half moved, of which only their masters count. Since Valkey 8 a replica has its master's too, and if it was away
# when the master closed a slot, the slot stays open there.
function read_open(o,    m, n, i, part) {
  if (!is_replica[o]) {
    if (id[o] == unended) stuck = id[o]; else open = id[o]
    return
  }
  m = fact[o, "master"]
  n = split(fact[o, "open"], part, ",")
  for (i = 1; i <= n; i++) { gsub(/^\[|-[<>].*/, "", part[i]); left_open[m] = left_open[m] " " part[i] }
}

function keep(o) { kept[o] = 1; masters_on[fact[o, "node"]]++; masters_in[fact[o, "zone"]]++ }

function count(list,    n, i, part, range, sum) {
  if (list == "-" || list == "") return 0
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) sum += split(part[i], range, "-") == 2 ? range[2] - range[1] + 1 : 1
  return sum
}

# expand(LIST, set): the slots of a list become the indices of set.
function expand(list, set,    n, i, part, range, slot) {
  split("", set)
  if (list == "-") return
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) {
    if (split(part[i], range, "-") == 1) range[2] = range[1]
    for (slot = range[1] + 0; slot <= range[2] + 0; slot++) set[slot]
  }
}

# ---- saying it

function step(text) { print text; steps++ }
function say(text) { if (!steps) print text; exit }
function wait_for(reason) { say("wait " reason) }
function refuse(reason) { if (!steps) print "refuse " reason; exit }
function finish_round() { if (steps) exit; if (waiting != "") wait_for(waiting) }
function pod(node) { return node in ordinal ? "pod " ordinal[node] : "node " substr(node, 1, 8) }
