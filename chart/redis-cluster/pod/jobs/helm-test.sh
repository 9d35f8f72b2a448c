#!/bin/sh
# helm test: every slot has a master, every node agrees, replicas are in sync, each shard takes a write and gives it back, and the
# network keeps this pod from the servers' own talk.
set -u
HERE=$(dirname "$0")
. "$HERE/lib.sh"
. "$HERE/at-once.sh"
. "$HERE/observe.sh"
. "$HERE/plan.sh"

# A failover can leave masters where they are not best. The next upgrade moves them, and it is no reason to fail. Nor is what passes:
# nodes that meet once more have no connection for a moment.
end=$(($(now) + 10))
while :; do
  observe "$((SHARDS * (1 + REPLICAS)))" >"$OBSERVED"
  plan check=yes
  verdict=$(cat "$PLAN")
  case $verdict in wait*) ;; *) break ;; esac
  if [ "$(now)" -ge "$end" ]; then break; fi
  sleep 0.5
done
case $verdict in
  done*) log pass "${verdict#done }" ;;
  *)
    log fail "the cluster is not as desired: $verdict"
    exit 1
    ;;
esac

# zoneless: the Kubernetes nodes whose zone nobody knows.
zoneless() { awk '$1 == "pod" && / zone= / { print substr($6, 6) }' "$OBSERVED" | sort -u | paste -s -d ' ' -; }

unknown=$(zoneless)
if [ -n "$unknown" ]; then
  log zones "a replica can be in its master's zone, because the zone of these Kubernetes nodes is unknown: $unknown. Name them in cluster.zones, as docs/zones.md says."
fi

# masters: ordinal, address and slots of each.
masters() {
  awk '$1 == "pod" && / role=master / && match($0, / slots=[0-9][^ ]*/) { print $2, $4, substr($0, RSTART + 7, RLENGTH - 7) }' "$OBSERVED"
}

# sample_keys ORDINAL ADDRESS: forty keys and the slot of each, which the server itself tells. With as many of each master each
# shard is the home of one.
sample_keys() {
  awk -v pod="$1" 'BEGIN { for (i = 0; i < 40; i++) print "helm-test:" pod ":" i }' >"$WORK/keys.$1"
  sed 's/^/CLUSTER KEYSLOT /' "$WORK/keys.$1" | ask_all "$2" | tr -d '\r' | paste "$WORK/keys.$1" -
  rm "$WORK/keys.$1"
}

# homes: of each master the ordinal, the address and a key that it is the home of.
homes() {
  awk '
    FILENAME == ARGV[1] {
      ordinal[++n] = $1; address[n] = $2
      ranges = split($3, part, ",")
      for (i = 1; i <= ranges; i++) {
        if (split(part[i], range, "-") == 1) range[2] = range[1]
        for (slot = range[1] + 0; slot <= range[2] + 0; slot++) owner[slot] = n
      }
      next
    }
    NF == 2 && $2 in owner { key[owner[$2]] = $1 }
    END { for (i = 1; i <= n; i++) print ordinal[i], address[i], key[i] }' "$@"
}

# take_and_give ORDINAL ADDRESS KEY: whether this master takes the key and gives it back; without a key it told no slots.
take_and_give() {
  local key value answer
  key=${3:-}
  value=$(now)-$1
  answer=$(printf '%s\n' "SET $key $value EX 60" "GET $key" | ask_all "$2" | tr -d '\r' | tr '\n' ' ')
  if [ "$answer" = "OK $value " ]; then
    log pass "pod $1 took $key and gave it back"
  else
    log fail "pod $1: SET $key $value and GET $key answered '${answer% }'"
  fi
}

masters >"$WORK/masters"
at_once sample_keys <"$WORK/masters" >"$WORK/keys"
homes "$WORK/masters" "$WORK/keys" | at_once take_and_give >"$WORK/taken"
cat "$WORK/taken"
if grep -q '^[^ ]* fail ' "$WORK/taken"; then exit 1; fi

# This pod is no server, so policies keep it from the servers' own talk, which needs no password.
if [ "$NETWORK_POLICY" != true ]; then exit 0; fi
if ! bus_answers "$(awk '{ print $2; exit }' "$WORK/masters")"; then
  log pass "the network keeps pods that are no servers from port $BUS_PORT"
  exit 0
fi
log network "the network plugin does not enforce NetworkPolicy: any pod can take this cluster over. If the plugin does, another policy of the namespace lets pods in at port $BUS_PORT."
[ "$NETWORK_POLICY_ENFORCED" != true ]
