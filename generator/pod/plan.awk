# awk -f plan.awk -f creation.awk -f shape.awk -f placement.awk -f belonging.awk shards=3 replicas=1 OBSERVATION: what is to be done next,
# from what observe.sh saw. With drain=yes only what lets the pods beyond that size leave, and with ordered=yes what lets
# all others restart from the top with each shard's master last; with there=N pods from N on are not waited for; with
# revision=R nothing before all pods run that revision; with check=yes it is done wherever pods are. Its parts share their
# variables: o, p and m are ordinals, k is a shard in the making.
# A pure program. It prints steps, or else one line that says why there are none:
#   epoch ID N          give a master of a new cluster its configuration epoch
#   assign ID FROM TO   give a master of a new cluster its slots
#   meet ID ADDRESS     make a node known to another
#   replicate ID MASTER make a node the replica of a master
#   reset ID            make a replica that its shard can spare an empty master
#   failover ID         let a replica take over from its master
#   cancel ID           let a master give up all moves of slots that it carries on
#   fix ID              end what a killed run left half moved
#   move ID TO COUNT    let a master give slots to another
#   forget ID NODE      let a node forget another that is gone for good
#   roll REASON         the pods are not all there yet, or have to go; look again, and let others work meanwhile
#   wait REASON         nothing can be done now; look again
#   refuse REASON       nothing may be done: a person has to look
#   done SUMMARY        it is as desired
# Every step can be repeated, and none trusts an earlier one: the next observation tells what became of it.

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
  if ($10 != "-") open = $2
}

END {
  size = shards * (1 + replicas)
  if (all < size) all = size
  check_pods()
  read_slots()
  check_copies()
  cancel_moves()
  finish_round()
  if (covered < 16384) { check_creation(); create_masters() }
  else { choose_masters(); check_strangers() }
  # A cluster gets its replicas before all have met: who meets a replica later hears at once what it is, and by itself that
  # news takes the engine seconds to spread. What else changes a living cluster waits until all have heard of all.
  if (owners <= shards) attach_strays()
  if (introductions || waiting != "") finish_round()
  meet()
  finish_round()
  agree()
  if (open != "") { step("fix " open); exit }
  check_memory()
  shape()
  if (!drain && !check) improve()
  if (ordered) order_masters()
  finish_round()
  say("done " summary())
}

# ---- saying it

function step(text) { print text; steps++ }
function say(text) { if (!steps) print text; exit }
function wait_for(reason) { say("wait " reason) }
function refuse(reason) { if (!steps) print "refuse " reason; exit }
function finish_round() { if (steps) exit; if (waiting != "") wait_for(waiting) }
function pod(node) { return node in ordinal ? "pod " ordinal[node] : "node " substr(node, 1, 8) }

function summary(    o, n) {
  if (drain) return "nothing is left on the pods from " size " on: they can go" (ordered ? "; each shard's master restarts last" : "")
  for (o = 0; o < size; o++) if (is_replica[o]) n++
  return size " nodes agree, 16384 slots covered, " n + 0 " replicas in sync, " placement()
}

# ---- what there is

function check_pods(    o, away, old) {
  for (o = 0; o < size; o++) {
    if (!up[o]) { if (there == "" || o < there) away = away (away == "" ? "" : ", ") o }
    else if (release != "" && fact[o, "release"] != release)
      say("roll the address of pod " o " answers for another release (" fact[o, "release"] ")")
    else if (revision != "" && fact[o, "revision"] != revision) old = old (old == "" ? "" : ", ") o
  }
  if (away != "") say("roll no answer yet from pod " away)
  check_twins()
  if (old != "") say("roll not restarted yet with what this upgrade changes: pod " old)
  for (o = size; o < all; o++) if (up[o] && release != "" && fact[o, "release"] != release) { up[o] = 0; delete ordinal[id[o]] }
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

# A move that a server carries on is nobody's: who began it would have the lock. Engines differ in whether its source or its
# destination ends it, and it may have just begun at one of them, so all masters are told.
function cancel_moves(    o, moves) {
  for (o = 0; o < all; o++) if (up[o] && !is_replica[o]) moves += fact[o, "moves"]
  for (o = 0; o < all; o++) if (moves && up[o] && !is_replica[o]) step("cancel " id[o])
}

function count(list,    n, i, part, range, sum) {
  if (list == "-" || list == "") return 0
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) sum += split(part[i], range, "-") == 2 ? range[2] - range[1] + 1 : 1
  return sum
}

# ---- all know all

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
