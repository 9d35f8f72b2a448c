# shellcheck shell=sh
# From the name of a pod to its address.

NAME_SECONDS=${NAME_SECONDS:-2}

# address_of ORDINAL: the pod's address, empty while its name does not resolve.
address_of() { resolve "$NAME-$1.$SERVICE"; }

# resolve NAME: its address. A resolver that lost a packet asks again only after five seconds, so this gives up earlier.
# `getent hosts` would first ask for an IPv6 address through the whole search list; it is for a getent without `ahostsv4`.
resolve() {
  local found
  found=$(timeout "$NAME_SECONDS" getent ahostsv4 "$1" 2>/dev/null)
  case $? in
    0 | 124 | 143) ;; # an answer, or none in time
    *) found=$(timeout "$NAME_SECONDS" getent hosts "$1" 2>/dev/null) ;;
  esac
  echo "${found%%[[:space:]]*}"
}
