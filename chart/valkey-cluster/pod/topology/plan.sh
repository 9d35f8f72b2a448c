# shellcheck shell=sh
# Sourced by who plans: the program in plan.awk and its parts, each of which calls only parts before it.

PLAN=$WORK/plan

# plan OPTION…: what is to be done about the last observation, into $PLAN.
plan() {
  awk -f "$HERE/cluster.awk" -f "$HERE/views.awk" -f "$HERE/agreement.awk" -f "$HERE/majority.awk" -f "$HERE/belonging.awk" \
    -f "$HERE/placement.awk" -f "$HERE/creation.awk" -f "$HERE/loss.awk" -f "$HERE/shape.awk" -f "$HERE/plan.awk" \
    shards="$SHARDS" replicas="$REPLICAS" release="$RELEASE" persistence="${PERSISTENCE:-true}" "$@" "$OBSERVED" >"$PLAN"
}
