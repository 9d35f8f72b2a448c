# The part of the plan that minds where pods are: replicas away from their masters, masters not piled up, clients told the zones. Before pods restart
# with a newer engine, it also says which pod of a shard restarts last.

# penalty REPLICA MASTER: how bad it is for these two to be where they are.
function penalty(o, m) {
  return 2 * (fact[o, "node"] == fact[m, "node"]) + (fact[o, "zone"] != "" && fact[o, "zone"] == fact[m, "zone"])
}

# Pods in the order of their zones and Kubernetes nodes are dealt out to the shards one by one. So if a place has no more pods than
# there are shards, no shard gets two pods of that place.
function lay_out(    o, i) {
  for (o = 0; o < size; o++) { on_node[fact[o, "node"]]++; in_zone[fact[o, "zone"]]++ }
  for (o = 0; o < size; o++) {
    order[o] = o
    key[o] = sprintf("%05d %s %05d %s %05d", 99999 - in_zone[fact[o, "zone"]], fact[o, "zone"], 99999 - on_node[fact[o, "node"]], fact[o, "node"], o)
    for (i = o; i > 0 && key[order[i - 1]] > key[o]; i--) order[i] = order[i - 1]
    order[i] = o
  }
  for (i = 0; i < size; i++) group[order[i]] = i % shards
}

function improve() {
  exchange_replicas()
  finish_round()
  spread_masters("node")
  spread_masters("zone")
  finish_round()
  tell_zones()
}

# Whoever only brings pods to their places begins nothing while slots are on their way, and nothing that would have to move some.
function check_whole(    o) {
  for (o = 0; o < all; o++)
    if (up[o] && !is_replica[o] && (fact[o, "open"] != "-" || fact[o, "moves"] + 0)) say("leave slots are on their way from or to pod " o)
  if (covered < 16384) wait_for("not every slot has a master that answers")
  if (owners != shards) wait_for(owners " masters have slots, and there shall be " shards)
}

# Two replicas change masters if that leaves fewer beside their master. Only the first goes now; its new shard then has
# one too many, which the next round gives to the shard that lacks one.
function exchange_replicas(    o, p, gain, best, with) {
  for (o = 0; o < size; o++) {
    if (of[o] < 0 || !penalty(o, of[o])) continue
    for (p = 0; p < size; p++) {
      if (of[p] < 0 || of[p] == of[o] || has[of[p]] <= spared) continue
      gain = penalty(o, of[o]) + penalty(p, of[p]) - penalty(o, of[p]) - penalty(p, of[o])
      if (gain > best) { best = gain; with = id[p] " " id[of[o]] }
    }
  }
  if (best) step("replicate " with)
}

# One place lost must not take the majority of masters with it, since nobody could agree on a failover then.
function spread_masters(place,    o, m, here, there, number) {
  if (steps) return
  for (m = 0; m < size; m++) if (kept[m]) number[fact[m, place]]++
  for (o = 0; o < size; o++) {
    m = of[o]
    if (m < 0) continue
    here = fact[m, place]; there = fact[o, place]
    if (here == "" || there == "" || number[here] * 2 <= shards || number[there] + 1 >= number[here]) continue
    step("failover " id[o])
    return
  }
}

# A server tells its clients the zone that its pod knew when it started. The map of zones may have changed since.
function tell_zones(    o, zone) {
  for (o = 0; o < size; o++) {
    zone = fact[o, "zone"] == "" ? "-" : fact[o, "zone"]
    if (fact[o, "tells"] != "" && fact[o, "tells"] != zone) step("zone " id[o] " " zone)
  }
}

# Pods restart from the top. A replica that restarts before its master reads what that sends; a master that did so first would
# send the others what they cannot read.
function order_masters(    o) {
  for (o = 0; o < size; o++)
    if (of[o] > o) { step("failover " id[o]); return }
}

function placement(    o, shared, zones) {
  shared = beside("node")
  for (o = 0; o < size; o++) if (fact[o, "zone"] != "") zones++
  return (shared ? shared " of them on" : "no replica on") " its master's Kubernetes node" \
    (zones ? ", " (beside("zone") ? beside("zone") : "none") " in its zone" : "")
}

# beside PLACE: how many replicas are in the same place as their master.
function beside(place,    o, n) {
  for (o = 0; o < size; o++) if (of[o] >= 0 && fact[o, place] != "" && fact[o, place] == fact[of[o], place]) n++
  return n + 0
}
