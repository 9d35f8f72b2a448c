# The part of the plan that lets all nodes know all others, and waits until they agree.

# As many introductions as two hundred nodes need that know nobody are made at once.
BEGIN { MOST = 20000 }

# As rejoin.sh has it.
BEGIN { SHORT_TIMEOUT = 500 }

# All are introduced to all. The engine would spread the news of nodes by itself, but in a cluster of thirty that takes it
# longer than all introductions. Of a thousand it is the other way round: at first each meets those whose ordinal is a square
# away. So it is at most four introductions from any other, every number being the sum of four squares.
function meet(    o, p, d, square) {
  if (gaps > 2 * MOST) for (d = 1; d * d < all; d++) square[d * d] = 1
  else for (d = 1; d < all; d++) square[d] = 1
  for (o = 0; o < all; o++) {
    if (!up[o] || reached[view[o]] == voices) continue
    listen(o)
    for (p = 0; p < all; p++)
      if (p != o && up[p] && unknown(p) && (lost(o, p) || (o < p ? p - o : o - p) in square)) bring_together(o, p)
  }
  if (gaps > 2 * MOST && waiting == "") waiting = "the nodes are hearing of each other: of " voices * (voices - 1) " acquaintances " gaps " are still to come"
}

# Who lost an address has to make the step; else each makes it to the half of all that follows it.
function bring_together(o, p,    low, high) {
  low = o < p ? o : p; high = o < p ? p : o
  if (lost(high, low) || (high - low) * 2 > all && !lost(low, high)) introduce(high, low)
  else introduce(low, high)
}

# Lets pod o know pod p and what it is. Meeting once more is harmless, and the quickest way to be heard.
function introduce(p, o) {
  if (places) waiting = "pod " o " has not heard yet what pod " p " is"
  else if ((view[p], address[o]) in shaking || (view[o], address[p]) in shaking) waiting = "pod " p " and pod " o " are shaking hands"
  else if (introductions < MOST && !((p, o) in introduced)) { introduced[p, o] = 1; step("meet " id[p] " " address[o]); introductions++ }
}

function agree(    o, p, i, t, at) {
  for (o = 0; o < all && unsettlers; o++) {
    if (!up[o]) continue
    listen(o)
    for (i = 1; i <= unsettlers; i++) if (unheard(unsettled[i])) introduce(unsettled[i], o)
  }
  finish_round()
  if (!drain) forget_the_dead()
  finish_round()
  # Nodes that meet once more lose their connection for a moment.
  for (o = 0; o < all; o++) if (up[o]) at[address[o]] = o
  for (t = 1; t <= things; t++) if (tellers[t] && t in shakes && about[t] in at) wait_for("hands are being shaken with pod " at[about[t]])
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    listen(o)
    for (p = 0; p < all; p++) {
      if (!up[p] || !(p in ill)) continue
      t = says[id[p]]
      if (flags[t] ~ /(^|,)fail/) wait_for("pod " o " counts pod " p " as failed")
      if (o != p && link[t] != "connected") wait_for("pod " o " has no connection to pod " p)
    }
    if (fact[o, "timeout"] == SHORT_TIMEOUT) wait_for("pod " o " has a cluster-node-timeout that is not the release's for a moment")
  }
  hurry()
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    if (fact[o, "state"] != "ok") wait_for("pod " o " says cluster_state:" fact[o, "state"])
    if (is_replica[o] && fact[o, "link"] != "up") wait_for("pod " o " is not in sync with " pod(fact[o, "master"]) " yet")
  }
}

# All have said the same, so a master that owned nothing before this run has no successor that it would have to hear of.
function hurry(    o) {
  for (o = 0; o < all && !places; o++)
    if (up[o] && !is_replica[o] && fact[o, "state"] != "ok" && (!owns[o] || index("," newborn, "," id[o] ","))) step("hurry " id[o])
  finish_round()
}

# All pods answer by other ids, so a node that nobody sees alive and that owns nothing will not come back. The engine takes a node
# for new of which it hears a minute after it was forgotten, so all pods forget the same nodes in a round.
function forget_the_dead(    o, i, t, node, gone, nodes, forgets, n) {
  for (o = 0; o < size && strangers; o++) {
    if (!up[o]) continue
    listen(o)
    for (i = 1; i <= strangers; i++) {
      t = stranger[i]; node = about[t]
      if (!(node in says) || says[node] != t) continue
      if (flags[t] !~ /fail($|,)|noaddr/ || count(slots[t])) wait_for("pod " o " knows node " node ", which is no pod of this release")
      if (!(node in gone)) { if (nodes * voices > MOST) continue; gone[node] = 1; nodes++ }
      forgets[++n] = id[o] " " node
    }
  }
  for (i = 1; i <= n; i++) step("forget " forgets[i])
}
