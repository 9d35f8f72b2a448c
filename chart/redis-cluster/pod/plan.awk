# awk -f plan.awk -f placement.awk shards=3 replicas=1 OBSERVATION: what is to be done next, from what observe.sh saw.
# A pure program. It prints steps, or else one line that says why there are none:
#   epoch ID N          give a master of a new cluster its configuration epoch
#   assign ID FROM TO   give a master of a new cluster its slots
#   meet ID ADDRESS     make a node known to another
#   replicate ID MASTER make a node the replica of a master
#   forget ID NODE      let a node forget another that is gone for good
#   wait REASON         nothing can be done now; look again
#   refuse REASON       nothing may be done: a person has to look
#   done SUMMARY        it is as desired
# Every step can be repeated, and none trusts an earlier one: the next observation tells what became of it.

$1 == "pod" {
  o = $2 + 0
  up[o] = $3 == "up"
  if (!up[o]) next
  address[o] = $4; id[o] = $5; ordinal[$5] = o
  for (i = 6; i <= NF; i++) { split($i, pair, "="); fact[o, pair[1]] = pair[2] }
}

$1 == "view" {
  flags[$2, $3] = $5; master[$2, $3] = $6; link[$2, $3] = $8; slots[$2, $3] = $9
  known[$2] = known[$2] " " $3
  if ($5 ~ /handshake/) shaking[$2, $4] = 1
  else if ($2 != $3) knows_others[$2] = 1
  if ($2 == $3) epoch[$2] = $7
  if ($10 != "-") open = $2
}

END {
  size = shards * (1 + replicas)
  check_pods()
  read_slots()
  if (covered < 16384) check_creation()
  lay_out()
  if (covered < 16384) create_masters()
  meet()
  attach_replicas()
  if (steps) exit
  agree()
  say("done " size " nodes agree, 16384 slots covered, " shards * replicas " replicas in sync, " placement())
}

# ---- saying it

function step(text) { print text; steps++ }
function say(text) { if (!steps) print text; exit }
function wait_for(reason) { say("wait " reason) }
function refuse(reason) { if (!steps) print "refuse " reason; exit }
function pod(node) { return node in ordinal ? "pod " ordinal[node] : "node " substr(node, 1, 8) }

# ---- what there is

function check_pods(    o, away) {
  for (o = 0; o < size; o++) if (!up[o]) away = away (away == "" ? "" : ", ") o
  if (away != "") wait_for("no answer yet from pod " away)
  for (o = 0; o < size; o++)
    if (release != "" && fact[o, "release"] != release)
      wait_for("the address of pod " o " answers for another release (" fact[o, "release"] ")")
}

# A node's own line says what it owns; another's line only what somebody has heard.
function read_slots(    o) {
  for (o = 0; o < size; o++) {
    owns[o] = count(slots[id[o], id[o]])
    covered += owns[o]
    if (owns[o]) owners++
    is_replica[o] = flags[id[o], id[o]] ~ /slave/
  }
}

function count(list,    n, i, part, range, sum) {
  if (list == "-" || list == "") return 0
  n = split(list, part, ",")
  for (i = 1; i <= n; i++) sum += split(part[i], range, "-") == 2 ? range[2] - range[1] + 1 : 1
  return sum
}

function first_slot(k) { return int(k * 16384 / shards) }
function range_of(k) { return first_slot(k) "-" first_slot(k + 1) - 1 }

# Slots may be given out only where nobody has ever had them: what looks like half a creation could be half a cluster.
function check_creation(    o, k, n, i, node, ids) {
  for (o = 0; o < size; o++) {
    n = split(known[id[o]], ids, " ")
    for (i = 1; i <= n; i++) {
      node = ids[i]
      if (flags[id[o], node] ~ /handshake/ || node in ordinal) continue
      refuse("pod " o " knows node " node (count(slots[id[o], node]) ? ", which owns slots" : "") \
        ", and no pod of this release is that node: bring its pod and volume back, or empty the volumes to start anew")
    }
    for (k = shards - 1; k >= 0; k--) if (slots[id[o], id[o]] == range_of(k)) break
    if (k >= 0) { if (owner[k] != "") refuse("pods " owner[k] " and " o " both own " range_of(k)); owner[k] = o }
    else if (owns[o]) refuse("pod " o " owns slots that no creation gave it (" slots[id[o], id[o]] "): " rescue(o))
    else if (fact[o, "keys"] > 0) refuse("pod " o " holds " fact[o, "keys"] " keys, but there is no cluster: " rescue(o))
  }
}

function rescue(o) {
  return "a new cluster would lose its data. Save the volume of pod " o " if you need it, then empty it and run the upgrade again"
}

# ---- steps

# Pod 0 is introduced to all: the others learn of each other from it.
function meet(    o) {
  for (o = 1; o < size; o++)
    if (unknown(id[0], id[o]) || unknown(id[o], id[0])) {
      if (covered == 16384 && !owns[o] && knows_others[id[o]] && !knows_any(o)) refuse("pod " o " is part of another cluster")
      introduce(0, o)
    }
}

# Lets pod o know pod p and what it is. Meeting once more is harmless, and the quickest way to be heard: by itself the news
# that a node became a replica takes the engine seconds to spread.
function introduce(p, o) {
  if ((id[p], address[o]) in shaking) waiting = "pod " p " and pod " o " are shaking hands"
  else if (!introduced[p, o]++) step("meet " id[p] " " address[o])
}

function knows_any(o,    p) { for (p = 0; p < size; p++) if (p != o && (id[o], id[p]) in flags) return 1; return 0 }

function unknown(viewer, node) { return !((viewer, node) in flags) || flags[viewer, node] ~ /handshake|noaddr/ }

# Whoever is neither a master with slots nor a replica becomes one, in the shard the layout has for it, else where one
# is missing and its own Kubernetes node has least of.
function attach_replicas(    o, p, m) {
  for (o = 0; o < size; o++)
    if (is_replica[o]) { m = master[id[o], id[o]]; if (m in ordinal) replicas_of[ordinal[m]]++ }
  for (o = 0; o < size; o++) {
    if (is_replica[o] || owns[o] || will_own(o)) continue
    m = master_for(o)
    if (m == "") wait_for("no shard lacks a replica that pod " o " could be")
    replicas_of[m]++
    if (!unknown(id[o], id[m])) step("replicate " id[o] " " id[m])
    else introduce(m, o)
  }
  if (waiting != "") wait_for(waiting)
}

# ---- the end

function agree(    o, p, v) {
  if (owners < shards) wait_for(shards - owners " of " shards " masters have no slots yet")
  if (open != "") wait_for(pod(open) " still moves a slot")
  # One introduction a pod and round: many nodes learn faster from each other than from here.
  for (o = 0; o < size; o++)
    for (p = 0; p < size; p++) if (unheard(o, p)) { introduce(p, o); break }
  if (steps) exit
  if (waiting != "") wait_for(waiting)
  forget_the_dead()
  if (steps) exit
  for (o = 0; o < size; o++) {
    v = id[o]
    for (p = 0; p < size; p++) {
      if (flags[v, id[p]] ~ /fail/) wait_for("pod " o " counts pod " p " as failed")
      if (o != p && link[v, id[p]] != "connected") wait_for("pod " o " has no connection to pod " p)
    }
    if (fact[o, "state"] != "ok") wait_for("pod " o " says cluster_state:" fact[o, "state"])
    if (is_replica[o] && fact[o, "link"] != "up") wait_for("pod " o " is not in sync with " pod(master[v, v]) " yet")
  }
}

# All pods answer by other ids, so a node that nobody sees alive and that owns nothing will not come back.
function forget_the_dead(    o, i, n, ids, node, dead) {
  for (o = 0; o < size; o++) {
    n = split(known[id[o]], ids, " ")
    for (i = 1; i <= n; i++) {
      node = ids[i]
      if (node in ordinal || flags[id[o], node] ~ /handshake/) continue
      if (flags[id[o], node] !~ /fail($|,)|noaddr/ || count(slots[id[o], node]))
        wait_for("pod " o " knows node " node ", which is no pod of this release")
      dead[id[o] " " node] = 1
    }
  }
  for (i in dead) step("forget " i)
}

function unheard(o, p,    v, n) {
  v = id[o]; n = id[p]
  return unknown(v, n) || slots[v, n] != slots[n, n] || master[v, n] != master[n, n]
}
