# The plan: what is to be done next, from what observe.sh saw. plan.sh runs it with its parts; its variables are shards=3
# replicas=1 release=NAMESPACE/NAME, and:
#   drain=yes     only what lets the pods beyond that size leave
#   ordered=yes   only what lets all others restart from the top with each shard's master last
#   there=N       pods from N on are not waited for
#   revision=R    nothing before all pods run that revision
#   check=yes     it is done wherever pods are
#   places=yes    only what brings pods of a whole cluster to their places, and forgets
#   spared=N      no master gives away a replica that would leave it fewer than N
#   report=yes    only which masters are lost, if too few answer to vote
#   gone=ID,ID    only that replicas take over from these masters, which are gone for good; if unknown, only which are lost
#   nameless=N,N  the names of these pods do not exist
#   unended=ID    the slots that this node has half moved cannot be ended, which stops only moves
#   newborn=ID,ID masters to which this very run gave slots that nobody owned
#   persistence=false  there are no volumes: what was on a node that is gone is gone too
# A pure program. It prints steps, or else one line that says why there are none:
#   lost TEXT           what is lost: for whoever has to decide, or before slots are given out anew whose data nobody has
#   epoch ID N          give a master of a new cluster its configuration epoch
#   assign ID FROM TO   give a master slots that nobody owns
#   meet ID ADDRESS     make a node known to another
#   replicate ID MASTER make a node the replica of a master
#   reset ID            make a replica that its shard can spare an empty master
#   failover ID         let a replica take over from its master
#   takeover ID         let a replica take over from its master without a vote
#   cancel ID           let a master give up all moves of slots that it carries on
#   fix ID              end what a killed run left half moved
#   close ID SLOT       let a master tell its replicas that a slot is not on its way
#   move ID TO COUNT    let a master give slots to another
#   hurry ID            let a master that nobody can have succeeded serve without the engine's rejoin delay
#   forget ID NODE      let a node forget another that is gone for good
#   zone ID ZONE        let a node tell its clients that it is in this zone, or in none
#   roll REASON         the pods are not all there yet, or have to go; look again, and let others work meanwhile
#   wait REASON         nothing can be done now; look again
#   leave REASON        somebody else's work is not ended: nothing may be done meanwhile
#   refuse REASON       nothing may be done: a person has to look
#   done SUMMARY        it is as desired
# Every step can be repeated, and none trusts an earlier one: the next observation tells what became of it.

END {
  size = shards * (1 + replicas)
  if (all < size) all = size
  if (report) tell_losses()
  if (gone != "") { check_twins(); take_over_lost() }
  check_pods()
  read_slots()
  read_views()
  check_copies()
  if (places) check_whole()
  cancel_moves()
  finish_round()
  if (covered < 16384 && persistence == "false" && is_cluster_known()) give_out_anew()
  else if (covered < 16384) { check_creation(); create_masters() }
  else { choose_masters(); check_strangers() }
  # A cluster gets its replicas before all have met. Who meets a replica later hears at once what it is; by itself that news
  # takes the engine seconds to spread. What else changes a living cluster waits until all have heard of all.
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

function summary(    o, n) {
  if (drain) return "nothing is left on the pods from " size " on: they can go" (ordered ? "; each shard's master restarts last" : "") half_moved()
  for (o = 0; o < size; o++) if (is_replica[o]) n++
  return size " nodes agree, 16384 slots covered, " n + 0 " replicas in sync, " placement() half_moved()
}

function half_moved() { return stuck == "" ? "" : "; but " pod(stuck) " has slots half moved, which the engine's client could not end" }

# A move that a server carries on is nobody's: who began it would have the lock. Engines differ in whether its source or its
# destination ends it, and it may have just begun at one of them, so all masters are told.
function cancel_moves(    o, moves) {
  for (o = 0; o < all; o++) if (up[o] && !is_replica[o]) moves += fact[o, "moves"]
  for (o = 0; o < all; o++) if (moves && up[o] && !is_replica[o]) step("cancel " id[o])
}
