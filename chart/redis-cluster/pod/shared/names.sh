# shellcheck shell=sh
# From the name of a pod to its address.

NAME_SECONDS=${NAME_SECONDS:-2}

# own_domain: what the names of all Services end with: the search list begins with this namespace in that domain.
own_domain() {
  local word list entry
  DOMAIN=
  if [ ! -r "$RESOLV_CONF" ]; then return; fi
  while read -r word list || [ -n "$word" ]; do
    if [ "$word" != search ]; then continue; fi
    for entry in $list; do
      case $entry in "${RELEASE%%/*}.svc."*) DOMAIN=${entry#*.svc.} ;; esac
    done
  done <"$RESOLV_CONF"
  DOMAIN=${DOMAIN%.}
}
own_domain

# address_of ORDINAL: the pod's address, empty while its name does not resolve.
address_of() { resolve "$(name_of "$1")"; }

name_of() { echo "$NAME-$1.$SERVICE.${RELEASE%%/*}.svc"; }

# resolve NAME: the address of this name of the cluster. The dot at its end keeps the search list out: with a wildcard record in
# one of its domains every pod that is away would have an address. It also makes one question of five.
# A resolver that lost a packet asks again only after five seconds, so this gives up earlier.
# `getent hosts` would first ask for an IPv6 address; it is for a getent without `ahostsv4`, and for pods that have no IPv4 address.
resolve() {
  local whole found
  whole=$1${DOMAIN:+.$DOMAIN.}
  found=$(timeout "$NAME_SECONDS" getent ahostsv4 "$whole" 2>/dev/null)
  case "$? ${POD_IP:-}" in
    0\ * | 124\ * | 143\ * | 2\ *.*) ;; # an answer, none in time, or no such name
    *) found=$(timeout "$NAME_SECONDS" getent hosts "$whole" 2>/dev/null) ;;
  esac
  echo "${found%%[[:space:]]*}"
}

# does_not_exist ORDINAL: whether the resolver says that there is no such pod; that it gave no answer is no such word.
does_not_exist() {
  timeout "$NAME_SECONDS" getent hosts "$(name_of "$1")${DOMAIN:+.$DOMAIN.}" >/dev/null 2>&1
  [ $? = 2 ]
}
