# The part of the plan that turns the cluster there is into the cluster that is desired. It says who stays or becomes a master,
# whose replica each other pod is, and how many slots go where. Pods from `size` on are to leave.

# As many owners of slots as there shall be shards stay masters: those that stay themselves, those that a staying replica
# can take over from, those with most slots. Missing ones come from pods that own nothing, and last from spare replicas.
function choose_masters(    o, n, best, why, most) {
  for (o = 0; o < size; o++) if (of[o] >= 0) staying[of[o]]++
  while (n < shards) {
    best = ""
    for (o = 0; o < all; o++) {
      if (!up[o] || kept[o] || !owns[o]) continue
      why = (o < size ? 2000000 : staying[o] ? 1000000 : 0) + owns[o]
      if (best == "" || why > most) { best = o; most = why }
    }
    if (best == "") break
    keep(best); n++
  }
  # A creation that was not observed to its end keeps the groups it began with.
  lay_out()
  if (drain) return
  for (; n < shards; n++) {
    best = ""
    for (o = 0; o < size; o++) {
      if (kept[o] || owns[o] || !spare(o)) continue
      why = -(1000000 * is_replica[o] + 1000 * masters_in[fact[o, "zone"]] + masters_on[fact[o, "node"]])
      if (best == "" || why > most) { best = o; most = why }
    }
    if (best == "") break
    if (is_replica[best]) { reset[best] = 1; staying[of[best]]-- }
    keep(best)
  }
}

# Whether nobody needs what this pod is now: it is no replica, or its master has more of them than it shall have.
function spare(o) { return !is_replica[o] || of[o] < 0 || (of[o] in staying && staying[of[o]] > replicas) || (!owns[of[o]] && !kept[of[o]]) }

# A master that is to leave needs one replica more: the one that takes over from it.
function wanted(m) { return replicas + (m >= size) }

function count_replicas(    o) {
  for (o = 0; o < all; o++) has[o] = 0
  for (o = 0; o < size; o++) if (of[o] >= 0 && kept[of[o]]) has[of[o]]++
}

# A stray is neither a master nor the replica of one that counts. One that is to leave may stay what it is.
function stray(o) { return up[o] && !kept[o] && !owns[o] && (!is_replica[o] || of[o] < 0 || (!kept[of[o]] && !owns[of[o]])) }

function attach_strays(    o, m) {
  count_replicas()
  for (o = 0; o < size; o++) {
    if (!stray(o)) continue
    if (places) wait_for("pod " o " is neither a master with slots nor the replica of one")
    m = master_for(o)
    if (m != "") attach(o, m)
  }
}

function attach(o, m) {
  has[m]++
  listen(o)
  if (unknown(m)) introduce(m, o)
  else step("replicate " id[o] " " id[m])
}

# The master a stray serves best: one that lacks a replica, in the shard the layout has for it, elsewhere than its master.
function master_for(o,    m, best, why, least) {
  for (m = 0; m < all; m++) {
    if (!kept[m] || (m in reset)) continue
    why = 100 * (has[m] < wanted(m) ? 0 : 1 + has[m]) + 2 * penalty(o, m) + (group[m] != group[o])
    if (best == "" || why < least) { best = m; least = why }
  }
  return best
}

# One kind of change a round: what comes next is planned from what then is there.
function shape(    o) {
  for (o = 0; o < size; o++) if (o in reset) step("reset " id[o])
  finish_round()
  attach_strays()
  finish_round()
  level_replicas()
  finish_round()
  if (places) return
  take_over_leavers()
  finish_round()
  move_slots()
  finish_round()
  for (o = size; o < all; o++) if (up[o] && owns[o]) wait_for("pod " o " is to leave, and no replica of its shard stays yet")
}

# A shard that has a replica too many gives one to a shard that lacks one.
function level_replicas(    m, o, best, why, least) {
  for (m = 0; m < all; m++) {
    if (!kept[m] || has[m] >= wanted(m)) continue
    best = ""
    for (o = 0; o < size; o++) {
      if (of[o] < 0 || !kept[of[o]] || has[of[o]] <= wanted(of[o])) continue
      why = penalty(o, m) - penalty(o, of[o])
      if (best == "" || why < least) { best = o; least = why }
    }
    if (best == "") continue
    has[of[best]]--
    attach(best, m)
    of[best] = m
  }
}

# A master that is to leave and keeps its slots is taken over from by a replica that stays: one at a time, since each
# needs the others' votes.
function take_over_leavers(    m, o, best) {
  for (m = size; m < all; m++) {
    if (!kept[m]) continue
    best = ""
    for (o = 0; o < size; o++)
      if (of[o] == m && (best == "" || masters_on[fact[o, "node"]] < masters_on[fact[best, "node"]])) best = o
    if (best != "") { step("failover " id[best]); return }
  }
}

# Slots go from whoever has most too many to whoever has most too few. A hundredth more or less is even enough; a draining
# cluster is evened out only by what its leaving masters give.
function move_slots(    o, from, to, n, left, share, uneven, slot, i) {
  for (o = 0; o < all; o++) { if (kept[o]) left++; if (up[o] && owns[o] && !kept[o]) uneven = 1 }
  share = int(16384 / left)
  for (o = 0; o < all; o++)
    if (kept[o] && !drain && (owns[o] > share * 1.01 + 1 || owns[o] < share * 0.99)) uneven = 1
  if (!uneven) return
  # The engine's client moves nothing while any node shows a slot on its way.
  if (stuck != "") step("fix " stuck)
  for (o = 0; o < all; o++) {
    n = split(left_open[id[o]], slot, " ")
    for (i = 1; i <= n; i++) step("close " id[o] " " slot[i])
  }
  finish_round()
  for (o = 0; o < all; o++) surplus[o] = up[o] ? owns[o] - (kept[o] ? share : 0) : 0
  for (;;) {
    from = to = ""
    for (o = 0; o < all; o++) {
      # The few slots that do not divide stay where they are, or go anywhere.
      if (surplus[o] > (kept[o] ? 1 : 0) && (from == "" || surplus[o] > surplus[from])) from = o
      if (kept[o] && (to == "" || surplus[o] < surplus[to])) to = o
    }
    if (from == "" || from == to) return
    n = surplus[to] < 0 && -surplus[to] < surplus[from] ? -surplus[to] : surplus[to] < 0 ? surplus[from] : kept[from] ? 0 : 1
    if (!n) return
    surplus[from] -= n; surplus[to] += n
    step("move " id[from] " " id[to] " " n)
  }
}

# Fewer masters have to hold all the data: each what it holds beside data today, and its share of all data.
function check_memory(    o, data, needed) {
  if (owners <= shards) return
  for (o = 0; o < all; o++) if (up[o] && owns[o]) data += fact[o, "data"]
  for (o = 0; o < all; o++) {
    if (!kept[o] || !fact[o, "allowed"] || fact[o, "policy"] != "noeviction") continue
    needed = fact[o, "used"] - fact[o, "data"] + data / shards
    if (needed > fact[o, "allowed"])
      refuse(sprintf("cluster.shards: the data of %d shards, %s, does not fit into %d: pod %d would need %s and may use %s. Give the servers more memory (resources.limits.memory) first, or delete data.", \
        owners, mib(data), shards, o, mib(needed), mib(fact[o, "allowed"])))
  }
}

function mib(bytes) { return sprintf("%.0f MiB", bytes / 1048576) }
