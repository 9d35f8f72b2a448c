# shellcheck shell=sh
# Sourced by keeper.sh: the master that lacks a replica, for a node that is to be one.

# vacancy: the master whose replica this node is to be, by the nodes on standard input. All empty nodes see the same list and
# take the same turns.
vacancy() {
  awk -v id="$NODE_ID" -v wanted="$(desired replicas)" '
    $1 == "node" && $4 !~ /fail|noaddr|handshake/ {
      if ($4 ~ /slave/) replicas[$5]++
      else if ($8 $9 != "--") masters[++m] = $2
      else empty[++e] = $2
    }
    function sort(list, n,    i, j, one) {
      for (i = 2; i <= n; i++) { one = list[i]; for (j = i; j > 1 && list[j - 1] > one; j--) list[j] = list[j - 1]; list[j] = one }
    }
    END {
      sort(masters, m); sort(empty, e)
      for (turn = 1; turn <= e; turn++) if (empty[turn] == id) break
      # the shards that lack most come first
      for (have = 0; have < wanted; have++)
        for (i = 1; i <= m; i++) if (replicas[masters[i]] + 0 <= have && ++place == turn) { print masters[i]; exit }
    }'
}

# vacancy_elsewhere: the vacancy as a master sees it that knows this node. A node that has just joined can know all masters and
# not all their replicas yet. Then a shard that has its replica would get another, while a shard without any waits.
vacancy_elsewhere() {
  local peer address
  for peer in $(peers); do
    address=$(address_of "$peer")
    if [ -z "$address" ]; then continue; fi
    ask "$address" CLUSTER NODES | nodes >"$VIEW.elsewhere"
    if awk -v id="$NODE_ID" '
      $2 == id { listed = 1 }
      $4 ~ /myself/ && $8 $9 != "--" { serves = 1 }
      END { exit !(listed && serves) }' "$VIEW.elsewhere"; then
      vacancy <"$VIEW.elsewhere"
      return
    fi
  done
}
