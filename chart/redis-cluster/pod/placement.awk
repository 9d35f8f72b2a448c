# The part of the plan that decides who shall be what, and where: masters spread, replicas away from their masters.

# Pods in the order of their zones and Kubernetes nodes are dealt out to the shards one by one: so no shard gets two pods
# of a place that has no more pods than there are shards.
function lay_out(    o, i, k) {
  for (o = 0; o < size; o++) { on_node[fact[o, "node"]]++; in_zone[fact[o, "zone"]]++ }
  for (o = 0; o < size; o++) {
    order[o] = o
    key[o] = sprintf("%05d %s %05d %s %05d", 99999 - in_zone[fact[o, "zone"]], fact[o, "zone"], 99999 - on_node[fact[o, "node"]], fact[o, "node"], o)
    for (i = o; i > 0 && key[order[i - 1]] > key[o]; i--) order[i] = order[i - 1]
    order[i] = o
  }
  for (i = 0; i < size; i++) group[order[i]] = i % shards
}

# A master is chosen where its shard has the fewest pods, then where there are the fewest masters.
function create_masters(    k, o, best, why, least) {
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
    masters_on[fact[owner[k], "node"]]++
    masters_in[fact[owner[k], "zone"]]++
  }
  for (k = 0; k < shards; k++) {
    o = owner[k]
    # Masters that never met take different epochs at once; later the engine settles that by itself, but slowly.
    if (epoch[id[o]] == 0 && !knows_others[id[o]]) step("epoch " id[o] " " k + 1)
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

function will_own(o,    k) { for (k = 0; k < shards; k++) if (owner[k] == o && owner[k] != "") return 1; return 0 }

function master_for(o,    m, best, why, least) {
  for (m = 0; m < size; m++) {
    if (!(owns[m] || will_own(m)) || replicas_of[m] >= replicas) continue
    why = (group[m] != group[o]) + 2 * (fact[m, "zone"] == fact[o, "zone"]) + 4 * (fact[m, "node"] == fact[o, "node"])
    if (best == "" || why < least) { best = m; least = why }
  }
  return best
}

function placement(    o, shared) {
  for (o = 0; o < size; o++)
    if (is_replica[o] && fact[o, "node"] == fact[ordinal[master[id[o], id[o]]], "node"]) shared++
  return (shared ? shared " of them on" : "no replica on") " its master's Kubernetes node"
}
