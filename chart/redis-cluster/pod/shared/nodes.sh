# shellcheck shell=sh
# What a server says of the nodes it knows, by the one reader of such lines, nodes.awk.

# nodes: CLUSTER NODES or nodes.conf, which stands on standard input among other lines, as nodes.awk writes it.
nodes() { awk -f "$HERE/nodes.awk"; }

# own COLUMN: a column of the node's own line among those that `nodes` wrote: 2 its id, 5 its master, 8 its slots.
own() { awk -v column="$1" '$1 == "node" && $4 ~ /myself/ { print $column }'; }
