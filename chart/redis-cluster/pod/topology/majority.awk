# The part of the plan that lets replicas take over from masters that are gone for good, if so many are that no vote can be held.
# Nothing else takes slots over without a vote. A person names these masters by their ids, and no node ever gets another's id: so
# a value that was left behind lets nobody take over.

function is_foreign(o) { return release != "" && fact[o, "release"] != release }

# A master is lost if no pod is that node, and no pod serves the slots that others know it to own.
function find_lost(    o, t, slot, own, served) {
  for (o = 0; o < all; o++) {
    if (!up[o] || is_foreign(o) || !count(fact[o, "slots"])) continue
    answering++
    expand(fact[o, "slots"], own)
    for (slot in own) served[slot]
  }
  for (t = 1; t <= things; t++) {
    if (flags[t] !~ /master/ || slots[t] == "-" || about[t] in ordinal) continue
    if (are_served(slots[t], served)) { succeeded = about[t]; continue }
    if (!(about[t] in lost_slots)) fallen[++losses] = about[t]
    lost_slots[about[t]] = slots[t]
  }
  masters = answering + losses
}

function are_served(list, served,    slot, listed) {
  expand(list, listed)
  for (slot in listed) if (!(slot in served)) return 0
  return 1
}

function no_majority() { return losses && 2 * answering <= masters }

# What a wait for pods is to add, if waiting cannot be enough.
function most_lost() {
  find_lost()
  return no_majority() ? ". Masters that answer: " answering + 0 " of " masters ", too few to vote for replicas. If the others are gone for good, docs/healing.md says what to do" : ""
}

function take_over_lost(    i, node) {
  read_slots()
  read_views()
  find_lost()
  if (!losses) say("done every slot is served that a master is known to own: jobs.takeOverFrom has no more to do, take it out of the values")
  check_named()
  check_gone()
  for (i = 1; i <= losses; i++)
    if (heir(fallen[i]) == "")
      refuse("node " fallen[i] " owned the slots " lost_slots[fallen[i]] ", and no pod has a copy: they are lost altogether, and no replica can take them over. Bring that pod and its volume back, or empty the volumes to start anew")
  # The next one is to know of the last one's new epoch, or both could choose the same.
  if (succeeded != "") wait_for("not all pods have heard yet who took over from node " succeeded)
  step("takeover " id[heir(fallen[1])])
  exit
}

# Of which masters a person has said that they are gone.
function check_named(    i, t, node, known_by_some, named, many) {
  for (t = 1; t <= things; t++) known_by_some[about[t]] = 1
  split_set(gone, named)
  if ("unknown" in named) refuse("jobs.takeOverFrom has to name the masters that are gone for good: {" all_lost() "} are lost")
  for (node in named) {
    if (node in ordinal) refuse("jobs.takeOverFrom names node " node ", which is not gone: pod " ordinal[node] " is that node")
    if (!(node in known_by_some)) refuse("jobs.takeOverFrom names node " node ", of which no pod knows")
    many++
  }
  for (i = 1; i <= losses; i++)
    if (!(fallen[i] in named)) refuse("jobs.takeOverFrom does not name node " fallen[i] ", a master that is lost too: it has to name all that are, {" all_lost() "}")
  # A run that was killed has let some take over, so those count that there were without the masters named.
  if (2 * (masters - many) > masters)
    refuse("without those that jobs.takeOverFrom names " masters - many " of " masters " masters answer, which is a majority: they vote for replicas by themselves. Take it out of the values; docs/healing.md says what helps a replica whose copy is too old for that")
}

# Each pod has to have no name any more, or to answer as another node than those lost. A pod that is silent may be one of them.
function check_gone(    o, i, t, silent, has_no_name) {
  for (o = 0; o < all; o++) if (!up[o] && address[o] != "-") silent = silent (silent == "" ? "" : " ") o
  if (silent != "")
    refuse("no answer from pod " silent ", and silence does not prove that a pod is gone. Bring it back; or, if its machine is off for good, remove it: " removal(silent))
  split_set(nameless, has_no_name)
  for (o = 0; o < all; o++) {
    if (!up[o] && !(o in has_no_name)) refuse("nobody could say whether there is a pod " o ": try again once DNS answers")
    if (!up[o]) continue
    if (is_foreign(o)) refuse("the address of pod " o " answers for another release (" fact[o, "release"] ")")
    if (!owns[o] && !is_replica[o] && fact[o, "keys"] > 0) refuse("pod " o " holds " fact[o, "keys"] " keys and is neither master nor replica: save its volume, then empty it")
  }
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    listen(o)
    for (i = 1; i <= losses; i++) {
      t = fallen[i] in says ? says[fallen[i]] : 0
      if (t && flags[t] !~ /fail|noaddr/) wait_for("pod " o " does not count node " fallen[i] " as failed: it may still run")
    }
  }
}

function removal(ordinals,    part, names) {
  split(release, part, "/")
  names = " " ordinals
  gsub(/ /, " " part[2] "-", names)
  return "kubectl delete pod -n " part[1] names " --force --grace-period=0; and before that, if its volume is gone too: kubectl delete pvc -n " part[1] with_data(names) " --wait=false"
}

function with_data(names) { gsub(/ /, " data-", names); return names }

function split_set(text, set,    n, i, list) {
  n = split(text, list, ",")
  for (i = 1; i <= n; i++) set[list[i]] = 1
}

# The replica with most of what its master wrote. One without a key that has never heard from its master is no copy.
function heir(node,    o, best) {
  for (o = 0; o < all; o++) {
    if (!is_copy(o, node)) continue
    if (best == "" || fact[o, "offset"] + 0 > fact[best, "offset"] + 0) best = o
  }
  return best
}

function is_copy(o, node) {
  return up[o] && is_replica[o] && fact[o, "master"] == node && !(fact[o, "keys"] == 0 && fact[o, "heard"] == "-")
}

function all_lost(    i, list) { for (i = 1; i <= losses; i++) list = list (i == 1 ? "" : ",") fallen[i]; return list }

# What a person has to know before the replicas take over.
function tell_losses(    i, o) {
  read_slots()
  find_lost()
  if (!no_majority() && !(losses && gone != "")) say("done enough masters answer")
  for (i = 1; i <= losses; i++) {
    if (heir(fallen[i]) == "") step("lost node " fallen[i] ", master of the slots " lost_slots[fallen[i]] ", does not answer, and no pod has a copy of its data")
    for (o = 0; o < all; o++)
      if (is_copy(o, fallen[i]))
        step("lost node " fallen[i] ", master of the slots " lost_slots[fallen[i]] ", does not answer: pod " o " has " fact[o, "keys"] + 0 " keys of it up to offset " fact[o, "offset"] + 0 ", and " \
          (fact[o, "heard"] == "-" ? "has not heard from it since its own server started" : "last heard from it " fact[o, "heard"] "s ago"))
  }
  if (gone == "" || gone == "unknown")
    step("lost masters that answer: " answering + 0 " of " masters ", too few to vote for replicas. If those lost never come back, do what docs/healing.md says, then: helm upgrade … --set 'jobs.takeOverFrom={" all_lost() "}'")
  exit
}
