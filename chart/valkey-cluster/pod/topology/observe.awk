# Makes an observation of what the pods of ask_pods say, as nodes.awk with once=yes writes it. It is one line a fact:
#   pod ORDINAL up ADDRESS ID node=… zone=… release=… revision=… engine=… version=… state=… timeout=… link=… role=… master=… epoch=… slots=… open=…
#     used=… data=… allowed=… policy=… offset=… heard=… tells=… moves=… keys=…
#   pod ORDINAL down ADDRESS
#   view ID NUMBERS                          what that node says of all that it knows, itself too: lines by their numbers, as in 1-5,7
#   told NUMBER ID FLAGS MASTER LINK SLOTS   such a line, once for all who say it; of a node that still shakes hands the ID is its address
# A thousand nodes say the same of a thousand, and only what one says otherwise takes room. SLOTS are ranges joined by commas, OPEN
# slots on their way, which only their owner shows; "-" stands for nothing. Memory is in bytes: used, of that the data, and allowed
# (0 without a limit). A replica has its master's data up to an offset, and heard from it so many seconds ago ("-" if never). Moves are
# those of slots that the server itself carries on, whoever began them: if slots move atomically nothing else shows them. A zone is
# what the variable zones has for the Kubernetes node, as in "node-a=zone-1 node-b=zone-2", or else what the pod says: Kubernetes tells
# a pod its zone only from 1.35 on, and of pods that started before, some know it and some do not. The zone that a server tells its
# clients can be an older one: "-" if it tells none, and nothing at all if its engine cannot.

BEGIN {
  places = split(zones, known, " ")
  for (i = 1; i <= places; i++) { split(known[i], pair, "="); zone_of[pair[1]] = pair[2] }
}

$1 == "asked" { end_pod(); begin_pod(); next }
awaits_id { awaits_id = ""; if ($0 ~ /^[0-9a-f]+$/ && length($0) == 40) id = $0; next }
$1 == "again" { told(same[$2]); next }
$1 == "node" {
  if ($4 ~ /myself/) { role = $4 ~ /slave/ ? "slave" : "master"; master = $5; epoch = $6; slots = $8; open = $9 }
  # Who says it, and what the plan does not go by, makes no difference.
  gsub(/myself,|,nofailover/, "", $4)
  text = $4 ~ /handshake/ ? $3 " handshake - - -" : $2 " " $4 " " $5 " " $7 " " $8
  if (!(text in number)) { number[text] = ++lines; line[lines] = text }
  if ($13 != "-") same[$13] = number[text]
  told(number[text])
  next
}
# Of each move, also those that ended, Valkey tells a name and a value a line; Redis counts what is under way.
before == "state" && !/^(success|failed|cancelled)$/ { moves++ }
before == "cluster-node-timeout" { timeout = $0 }
{ before = $0 }
/^cluster_slot_migration_active_tasks:/ { moves = substr($0, 37) }
/^node=[^ ]*,revision=/ { place = $0; gsub(/,/, " ", place); set_zone() }
/^cluster_state:/ { state = substr($0, 15) }
/^redis_version:/ && version == "" { version = substr($0, 15) }
/^valkey_version:/ { version = substr($0, 16); engine = "valkey" }
/^master_link_status:/ { link = substr($0, 20) }
/^availability_zone:/ { tells = substr($0, 19); gsub(/[ \t]/, "_", tells); if (tells == "") tells = "-" }
/^uptime_in_seconds:/ { uptime = substr($0, 19) }
/^slave_repl_offset:/ { offset = substr($0, 19) }
/^(master_last_io_seconds_ago|master_link_down_since_seconds):/ { split($0, pair, ":"); if (pair[2] + 0 >= 0 && pair[2] + 0 <= uptime + 0) heard_from = pair[2] }
/^(used_memory|used_memory_dataset|maxmemory|maxmemory_policy):/ { split($0, pair, ":"); memory[pair[1]] = pair[2] }
# the answer to DBSIZE, which comes last; numbers before it belong to moves
/^[0-9]+$/ && "used_memory" in memory { keys = $0; whole = 1 }

END {
  end_pod()
  for (i = 1; i <= lines; i++) print "told", i, line[i]
}

function begin_pod() {
  pods++
  ordinal = $2; address = $3
  awaits_id = 1
  id = before = place = state = timeout = version = engine = link = role = master = epoch = slots = open = keys = whole = uptime = offset = heard_from = tells = ""
  moves = 0
  split("", memory)
}

function set_zone(    node) {
  node = substr(place, 6, index(place, " ") - 6)
  if (node in zone_of) sub(/ zone=[^ ]*/, " zone=" zone_of[node], place)
}

function told(i) { teller[i] = pods; if (i > last) last = i }

function end_pod() {
  if (!pods) return
  if (id == "" || !whole) { print "pod", ordinal, "down", address; last = 0; return }
  # used less overhead, without a sign: of a server whose slots have just left it can be a number near 2^64
  if (memory["used_memory_dataset"] + 0 > memory["used_memory"] + 0) memory["used_memory_dataset"] = 0
  print "pod", ordinal, "up", address, id, place, "engine=" (engine == "" ? "redis" : engine), "version=" version, "state=" state, \
    "timeout=" timeout, "link=" (link == "" ? "-" : link), "role=" role, "master=" master, "epoch=" epoch, "slots=" slots, "open=" open, \
    "used=" memory["used_memory"], "data=" memory["used_memory_dataset"], "allowed=" memory["maxmemory"], \
    "policy=" memory["maxmemory_policy"], "offset=" (offset == "" ? "-" : offset), "heard=" (heard_from == "" ? "-" : heard_from), "tells=" tells, "moves=" moves, "keys=" keys
  print "view", id, numbers()
}

# What this pod told, as ranges.
function numbers(    i, from, list) {
  for (i = 1; i <= last + 1; i++) {
    if (teller[i] == pods && i <= last) { if (!from) from = i }
    else if (from) { list = list "," (from == i - 1 ? from : from "-" i - 1); from = 0 }
  }
  last = 0
  return list == "" ? "-" : substr(list, 2)
}
