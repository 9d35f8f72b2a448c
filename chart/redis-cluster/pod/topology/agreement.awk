# The part of the plan that lets all nodes know all others, and waits until they agree.

# All are introduced to all. The engine would spread the news of nodes by itself, but in a cluster of thirty that takes it
# longer than all introductions. Who lost an address has to make the step; else each makes it to the half of all that follows it.
function meet(    o, p) {
  for (o = 1; o < all; o++) {
    if (!up[o]) continue
    for (p = 0; p < o; p++) {
      if (settled[o] && settled[p] || !up[p] || !(unknown(id[o], id[p]) || unknown(id[p], id[o]))) continue
      if (lost(id[o], id[p]) || (o - p) * 2 > all && !lost(id[p], id[o])) introduce(o, p); else introduce(p, o)
    }
  }
}

# Lets pod o know pod p and what it is. Meeting once more is harmless, and the quickest way to be heard.
function introduce(p, o) {
  if ((id[p], address[o]) in shaking || (id[o], address[p]) in shaking) waiting = "pod " p " and pod " o " are shaking hands"
  else if (!introduced[p, o]++) { step("meet " id[p] " " address[o]); introductions++ }
}

function unknown(viewer, node) { return !((viewer, node) in flags) || flags[viewer, node] ~ /handshake|noaddr/ }

function lost(viewer, node) { return (viewer, node) in flags && flags[viewer, node] ~ /noaddr/ }

function agree(    o, p, v) {
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    for (p = 0; p < all; p++) if (up[p] && !settled[p] && unheard(o, p)) introduce(p, o)
  }
  finish_round()
  if (!drain) forget_the_dead()
  finish_round()
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    v = id[o]
    for (p = 0; p < all; p++) {
      if (!up[p] || !ill[id[p]]) continue
      if (flags[v, id[p]] ~ /(^|,)fail/) wait_for("pod " o " counts pod " p " as failed")
      if (o != p && link[v, id[p]] != "connected") wait_for("pod " o " has no connection to pod " p)
    }
    if (fact[o, "state"] != "ok") wait_for("pod " o " says cluster_state:" fact[o, "state"])
    if (is_replica[o] && fact[o, "link"] != "up") wait_for("pod " o " is not in sync with " pod(master[v, v]) " yet")
  }
}

function unheard(o, p,    v, n) {
  v = id[o]; n = id[p]
  return unknown(v, n) || slots[v, n] != slots[n, n] || master[v, n] != master[n, n]
}

# All pods answer by other ids, so a node that nobody sees alive and that owns nothing will not come back.
function forget_the_dead(    o, i, n, ids, node, dead, count_of_dead) {
  for (o = 0; o < size; o++) {
    n = split(known[id[o]], ids, " ")
    for (i = 1; i <= n; i++) {
      node = ids[i]
      if (node in ordinal || flags[id[o], node] ~ /handshake/) continue
      if (flags[id[o], node] !~ /fail($|,)|noaddr/ || count(slots[id[o], node]))
        wait_for("pod " o " knows node " node ", which is no pod of this release")
      dead[++count_of_dead] = id[o] " " node
    }
  }
  for (i = 1; i <= count_of_dead; i++) step("forget " dead[i])
}
