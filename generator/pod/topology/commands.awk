# awk -v kind=KIND -v port=PORT -v work=FOLDER -f commands.awk OBSERVATION PLAN: the plan's steps of that kind as commands. For each
# node it prints its ordinal and address, and writes the commands to commands.ORDINAL, what they mean to said.ORDINAL.

$1 == "pod" { ordinal[$5] = $2; address[$5] = $4; at[$4] = $2; if (/ engine=valkey /) valkey[$5] = 1; next }
$1 != kind { next }
# Each engine gives up only the moves that it began: Valkey those from the node, Redis those to it.
kind == "cancel" { tell($2 in valkey ? "CLUSTER CANCELSLOTMIGRATIONS" : "CLUSTER MIGRATION CANCEL ALL", "let POD give up all moves of slots") }
kind == "epoch" { tell("CLUSTER SET-CONFIG-EPOCH " $3, "give POD epoch " $3) }
kind == "assign" { tell("CLUSTER ADDSLOTS" list($3, $4), "assign " $3 "-" $4 " to POD") }
kind == "replicate" { tell("CLUSTER REPLICATE " $3, "make POD a replica of pod " ordinal[$3]) }
kind == "meet" { tell("CLUSTER MEET " $3 " " port, "let POD meet pod " at[$3]) }
# The engine does so only to a node that owns nothing.
kind == "reset" { tell("CLUSTER RESET SOFT", "make POD, a replica that can be spared, an empty node") }
kind == "close" { tell("CLUSTER SETSLOT " $3 " STABLE", "let POD tell its replicas that slot " $3 " is not on its way") }
kind == "forget" { tell("CLUSTER FORGET " $3, "let POD forget node " $3) }
kind == "zone" && $3 == "-" { tell("CONFIG SET availability-zone \"\"", "let POD tell clients no zone"); next }
kind == "zone" { tell("CONFIG SET availability-zone " $3, "let POD tell clients that it is in zone " $3) }

END {
  for (i = 1; i <= told; i++) {
    node = nodes[i]
    print ordinal[node], address[node]
    write("commands." ordinal[node], commands[node])
    write("said." ordinal[node], said[node])
  }
}

function tell(command, what) {
  sub(/POD/, "pod " ordinal[$2], what)
  if (!($2 in commands)) nodes[++told] = $2
  commands[$2] = commands[$2] command "\n"
  said[$2] = said[$2] what "\n"
}

# A list of slots: ranges are understood only since 7.0. The engine takes all of them or none.
function list(from, to,    text) { for (; from <= to; from++) text = text " " from; return text }

function write(file, text) { printf "%s", text >(work "/" file); close(work "/" file) }
