#!/bin/sh
# helm test: every slot has a master, every node agrees, replicas are in sync, and each shard takes a write and gives it back.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/observe.sh"
. "$HERE/plan.sh"

observe "$((SHARDS * (1 + REPLICAS)))" >"$OBSERVED"
# A failover can leave masters where they are not best. The next upgrade moves them, and it is no reason to fail.
plan check=yes
verdict=$(cat "$PLAN")
case $verdict in
  done*) log pass "${verdict#done }" ;;
  *)
    log fail "the cluster is not as desired: $verdict"
    exit 1
    ;;
esac

# masters: ordinal, address and slots of each.
masters() {
  awk '$1 == "pod" { ordinal[$5] = $2; address[$5] = $4 } $1 == "view" && $2 == $3 && $9 != "-" { print ordinal[$2], address[$2], $9 }' "$OBSERVED"
}

# sample_keys: enough keys that each shard is the home of one; the server itself says which slot a key has.
sample_keys() { awk -v n="$((SHARDS * 40))" 'BEGIN { for (i = 0; i < n; i++) print "helm-test:" i }'; }
sample_keys | sed 's/^/CLUSTER KEYSLOT /' | ask_all "$(address_of 0)" | tr -d '\r' >"$WORK/slots"
sample_keys | paste - "$WORK/slots" >"$WORK/keys"

failed=0
masters >"$WORK/masters"
while read -r ordinal address slots; do
  key=$(awk -v list="$slots" '
    BEGIN { n = split(list, part, ",") }
    { for (i = 1; i <= n; i++) { last = split(part[i], range, "-") == 2 ? range[2] : range[1]
        if ($2 >= range[1] + 0 && $2 <= last + 0) { print $1; exit } } }' "$WORK/keys")
  value=$(now)-$ordinal
  wrote=$(ask "$address" SET "$key" "$value" EX 60)
  read_back=$(ask "$address" GET "$key")
  if [ "$wrote" = OK ] && [ "$read_back" = "$value" ]; then
    log pass "pod $ordinal took $key and gave it back"
  else
    log fail "pod $ordinal: SET $key answered '$wrote', GET '$read_back' instead of '$value'"
    failed=1
  fi
done <"$WORK/masters"
exit "$failed"
