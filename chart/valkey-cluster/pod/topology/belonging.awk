# The part of the plan that tells whose a node is: what does not belong together is refused.

function check_pods(    o, away, old) {
  for (o = 0; o < size; o++) {
    if (!up[o]) { if (there == "" || o < there) away = away (away == "" ? "" : ", ") o }
    else if (release != "" && fact[o, "release"] != release)
      say("roll the address of pod " o " answers for another release (" fact[o, "release"] ")")
    else if (revision != "" && fact[o, "revision"] != revision) old = old (old == "" ? "" : ", ") o
  }
  if (away != "") say("roll no answer yet from pod " away most_lost())
  check_twins()
  if (old != "") say("roll not restarted yet with what this upgrade changes: pod " old)
  for (o = size; o < all; o++) if (up[o] && release != "" && fact[o, "release"] != release) { up[o] = 0; delete ordinal[id[o]] }
}

# Two volumes that are copies of the same one make two pods the same node.
function check_twins(    o) {
  for (o in twin) {
    if (address[o] == address[twin[o]]) say("roll the names of pod " twin[o] " and pod " o " lead to the same address")
    refuse("pod " twin[o] " and pod " o " are the same node, " id[o] ": the volume of one of them is a copy of the other’s. Delete the claim and the pod of the one that shall join anew as a replica")
  }
}

# A volume that another release has marked brings a node under a new id that knows nobody. It makes a cluster with its like,
# and with pods that have nothing: what else there is has data of its own.
function check_copies(    o, p, from) {
  for (o = 0; o < all; o++) {
    from = fact[o, "copy"]
    if (!up[o] || from == "") continue
    for (p = 0; p < all; p++)
      if (up[p] && fact[p, "copy"] != from && (owns[p] || is_replica[p]) && !has_met(p, o) && !has_met(o, p))
        refuse("the volume of pod " o " is a copy of one of " from ", and that of pod " p " is " (fact[p, "copy"] == "" ? "this release’s own" : "a copy of one of " fact[p, "copy"]) \
          ": their data does not belong together. Give the pods volumes of one release, or delete the claims and pods that shall join anew as replicas")
  }
}

function has_met(o, p) { listen(o); return id[p] in says }

function check_strangers(    o) {
  for (o = 1; o < all; o++) if (up[o] && !owns[o] && is_elsewhere(o)) refuse("pod " o " is part of another cluster")
}

# Whether it knows others, and no pod of this release is among them.
function is_elsewhere(o) { return known[view[o]] > 1 && pods_known[view[o]] < 2 }
