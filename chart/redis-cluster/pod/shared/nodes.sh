# shellcheck shell=sh
# What a server says of the nodes it knows, by the one reader of such lines, nodes.awk.

# nodes: CLUSTER NODES or nodes.conf, which stands on standard input among other lines, as nodes.awk writes it.
nodes() { awk -f "$HERE/nodes.awk"; }

# own COLUMN[,COLUMN…]: columns of the node's own line among those that `nodes` wrote: 2 its id, 5 its master, 8 its slots.
own() {
  awk -v columns="$1" '
    BEGIN { n = split(columns, column, ",") }
    $1 == "node" && $4 ~ /myself/ { for (i = 1; i <= n; i++) printf "%s%s", $column[i], i < n ? " " : "\n" }'
}
