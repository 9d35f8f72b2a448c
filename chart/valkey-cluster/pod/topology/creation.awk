# The part of the plan that makes a cluster out of nothing: pods dealt out to the shards, a master and its slots for each.

function first_slot(k) { return int(k * 16384 / shards) }
function range_of(k) { return first_slot(k) "-" first_slot(k + 1) - 1 }

# Slots may be given out only where nobody has ever had them: what looks like half a creation could be half a cluster.
function check_creation(    o, k, i, t, half) {
  if (drain) wait_for("not every slot has a master that answers")
  for (o = 0; o < size; o++)
    if (fact[o, "copy"] != "")
      refuse("the volume of pod " o " is a copy of one of " fact[o, "copy"] ", and the masters there are have " covered " of 16384 slots: bring copies of the volumes that are missing, or empty all volumes to start anew")
  for (k = 0; k < shards; k++) half[range_of(k)] = k
  for (o = 0; o < size; o++) {
    if (!up[o]) continue
    listen(o)
    for (i = 1; i <= strangers; i++) {
      t = stranger[i]
      if (!(about[t] in says) || says[about[t]] != t) continue
      refuse("pod " o " knows node " about[t] (count(slots[t]) ? ", which owns slots" : "") \
        ", and no pod of this release is that node: bring its pod and volume back, or empty the volumes to start anew" most_lost())
    }
    k = fact[o, "slots"] in half ? half[fact[o, "slots"]] : -1
    if (k >= 0) { if (owner[k] != "") refuse("pods " owner[k] " and " o " both own " range_of(k)); owner[k] = o }
    else if (owns[o]) refuse("pod " o " owns slots that no creation gave it (" fact[o, "slots"] "): " rescue(o))
    else if (fact[o, "keys"] > 0) refuse("pod " o " holds " fact[o, "keys"] " keys, but there is no cluster: " rescue(o))
  }
}

function rescue(o) {
  return "a new cluster would lose its data. Save the volume of pod " o " if you need it, then empty it and run the upgrade again"
}

# A master is chosen where its shard has the fewest pods, then where there are the fewest masters.
function create_masters(    k, o, best, why, least) {
  lay_out()
  for (k = 0; k < shards; k++) if (owner[k] != "") move_to_group(owner[k], k)
  for (k = 0; k < shards; k++) {
    if (owner[k] == "") {
      best = ""
      for (o = 0; o < size; o++) {
        if (group[o] != k || is_replica[o] || owns[o]) continue
        why = 1000000 * peers_beside(o) + 1000 * masters_in[fact[o, "zone"]] + masters_on[fact[o, "node"]]
        if (best == "" || why < least) { best = o; least = why }
      }
      if (best == "") wait_for("shard " k " has no pod that could be its master yet")
      owner[k] = best
    }
    keep(owner[k])
  }
  for (k = 0; k < shards; k++) {
    o = owner[k]
    # Masters that never met take different epochs at once; later the engine settles that by itself, but slowly.
    if (fact[o, "epoch"] == 0 && known[view[o]] < 2) step("epoch " id[o] " " k + 1)
    if (!owns[o]) step("assign " id[o] " " first_slot(k) " " first_slot(k + 1) - 1)
  }
}

# A run that was killed left an owner in another group than today's places give it: it changes places with a pod there.
function move_to_group(o, k,    other) {
  if (group[o] == k) return
  for (other = 0; other < size; other++) if (group[other] == k && !owns[other]) break
  if (other < size) group[other] = group[o]
  group[o] = k
}

function peers_beside(o,    p, n) {
  for (p = 0; p < size; p++) if (p != o && group[p] == group[o] && fact[p, "node"] == fact[o, "node"]) n++
  return n + 0
}
