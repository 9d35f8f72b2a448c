# shellcheck shell=sh
# Sourced first by every program: where things lie in a container, and what every program needs.
# Names in capitals come from the environment, or more than one function reads them; small ones are a function's own.

DATA=${DATA:-/data}
WORK=${WORK:-/tmp}
TOPOLOGY=${TOPOLOGY:-/topology}
CONFIG=${CONFIG:-/config}
RUN=${RUN:-/run/cluster}
USERS=${USERS:-/users/users}
RESOLV_CONF=${RESOLV_CONF:-/etc/resolv.conf}

. "$HERE/log.sh"
. "$HERE/names.sh"
. "$HERE/client.sh"
. "$HERE/nodes.sh"
