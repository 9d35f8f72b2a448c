# The part of the plan for slots without an owner in a release without volumes. Once all pods answer, a node that none of them is
# will not come back. What its replica holds is left to that replica. What nobody holds is given out anew, empty.

function is_cluster_known(    v) {
  for (v = 1; v <= views; v++) if (known[v] > 1) return 1
}

function give_out_anew(    o) {
  for (o = size; o < all; o++) if (!up[o]) wait_for("not every slot has a master, and no answer yet from pod " o)
  for (o = 0; o < all; o++) if (up[o]) { if (owns[o]) mark(served, fact[o, "slots"], o); else find_keys(o) }
  find_losses()
  forget_lost_masters()
  finish_round()
  for (o = 0; o < all; o++) if (up[o] && !owns[o] && !is_replica[o] && is_elsewhere(o)) refuse("pod " o " is part of another cluster")
  assign_unowned()
  # The new masters have to be known, since they vote too.
  meet()
  finish_round()
  wait_for(waits_for_heirs() most_lost())
}

# mark(of_slot, LIST, VALUE): that value for each slot of the list that has none yet.
function mark(of_slot, list, value,    slot, listed) {
  expand(list, listed)
  for (slot in listed) if (!(slot in of_slot)) of_slot[slot] = value
}

# The slots with that value, as ranges.
function ranges_with(of_slot, value,    slot, from, list) {
  from = -1
  for (slot = 0; slot <= 16384; slot++) {
    if (slot in of_slot && of_slot[slot] == value) { if (from < 0) from = slot }
    else if (from >= 0) { list = list "," (from == slot - 1 ? from : from "-" slot - 1); from = -1 }
  }
  return substr(list, 2)
}

# A replica without keys was never in sync with the master that is gone, or that had none.
function find_keys(o,    m) {
  m = fact[o, "master"]
  if (!fact[o, "keys"] || is_replica[o] && m in ordinal && owns[ordinal[m]]) return
  if (!is_replica[o] || m in ordinal)
    refuse("pod " o " holds " fact[o, "keys"] " keys of slots that no pod owns. Save what you need of them, then delete the pod: without volumes the slots are then given out anew, empty")
  if (!(m in left_to)) { left_to[m] = o; heir_of[++heirs] = m }
}

# Whose the slots without an owner were, as somebody has heard.
function find_losses(    t, node, told_of, slot) {
  for (t = 1; t <= things; t++) {
    if (!tellers[t] || t in shakes) continue
    node = about[t]
    expand(slots[t], told_of)
    for (slot in told_of) {
      if (slot in served) continue
      if (node in ordinal) wait_for("somebody has heard of slots of pod " ordinal[node] " that it does not own")
      if (flags[t] !~ /fail|noaddr/) wait_for("node " node ", which is no pod of this release, owns slots and counts as alive")
      if (node in left_to) { inherited[slot] = node; continue }
      if (!(node in loses)) lost_master[++lost_masters] = node
      if (!(slot in lost_with)) { lost_with[slot] = node; loses[node]++ }
    }
  }
}

# The engine gives no slot to a node that knows another owner, and a node that forgot the owner would hear of it from others. So all
# pods forget it in the same round. A replica cannot forget its master.
function forget_lost_masters(    i, node, o) {
  for (i = 1; i <= lost_masters && i * voices <= MOST; i++) {
    node = lost_master[i]
    step("lost " loses[node] " slots (" ranges_with(lost_with, node) ") with node " node ": no pod has their data, so they are given out anew, empty")
    for (o = 0; o < all; o++) {
      if (!up[o]) continue
      listen(o)
      if (fact[o, "master"] == node) step("reset " id[o])
      else if (node in says && !(says[node] in shakes)) step("forget " id[o] " " node)
    }
  }
}

# Each shard that lacks a master gets one, and they share the slots. If there are shards enough, those share them.
function assign_unowned(    slot, free, n, i, o, p, to, masters, part, parts, range, ends) {
  for (slot = 0; slot < 16384; slot++) if (!(slot in served) && !(slot in inherited)) free[n++] = slot
  if (!n) return
  for (o = 0; o < all; o++) if (owns[o]) keep(o)
  while (masters < shards - owners - heirs && (o = empty_master()) != "") { keep(o); to[masters++] = o }
  if (!masters) for (o = 0; o < size; o++) if (owns[o]) to[masters++] = o
  if (!masters && (o = empty_master()) != "") to[masters++] = o
  if (!masters) wait_for("no pod is there yet that could own the " n " slots that nobody owns")
  for (i = 0; i < n; i++) given[free[i]] = int(i * masters / n)
  for (i = 0; i < masters; i++) {
    parts = split(ranges_with(given, i), part, ",")
    for (p = 1; p <= parts; p++) {
      ends = split(part[p], range, "-")
      step("assign " id[to[i]] " " range[1] " " range[ends])
    }
  }
}

# An election needs most of the masters. If most are gone for good nobody could hold one, and a person has to look.
function waits_for_heirs() {
  return heirs ? "no replica has taken over yet from node " heir_of[1] ", which is gone for good" : "not every slot has a master"
}

# The pod where fewest masters are, of those that own nothing and are part of no other cluster.
function empty_master(    o, best, why, least) {
  for (o = 0; o < size; o++) {
    if (!up[o] || kept[o] || is_replica[o] || is_elsewhere(o)) continue
    why = 1000 * masters_in[fact[o, "zone"]] + masters_on[fact[o, "node"]]
    if (best == "" || why < least) { best = o; least = why }
  }
  return best
}
