#!/bin/sh
# Hook Job before an upgrade or rollback: refuses by name what this chart cannot carry out, before anything changes.
# It runs in the new image and is told the new size; the topology's ConfigMap, mounted, still says what was there before.
# Exit 3: refused.
set -u
HERE=$(dirname "$0")
# shellcheck source=lib.sh
. "$HERE/lib.sh"
# shellcheck source=observe.sh
. "$HERE/observe.sh"

TOPOLOGY=${TOPOLOGY:-/topology}

was() { cat "$TOPOLOGY/$1"; }

# same VALUE OLD NEW WHY: what may not change.
same() {
  if [ "$2" = "$3" ]; then return 0; fi
  refused=1
  log refuse "$1 changes from $2 to $3, and this version of the chart $4. Set it back to $2."
}

# The versions of the servers that run now, each once.
running_versions() {
  observe "$(($(was shards) * (1 + $(was replicas))))" | sed -n 's/^pod .* version=\([^ ]*\) .*/\1/p' | sort -u
}

if [ ! -r "$TOPOLOGY/shards" ]; then
  log "done" "nothing of this release is there yet"
  exit 0
fi

refused=
SIZE="cannot change the size of a cluster that runs"
same cluster.shards "$(was shards)" "$SHARDS" "$SIZE"
same cluster.replicasPerShard "$(was replicas)" "$REPLICAS" "$SIZE"

same persistence.appendonly "$(was appendonly)" "$APPENDONLY" "would start the servers from a file that lacks what the other one holds"

# Another password than the servers have would lock every pod out that restarts.
case $(ask "$(address_of 0)" PING) in
  NOAUTH* | WRONGPASS*)
    refused=1
    log refuse "auth names another password than the one the servers run with, and this version of the chart cannot change it. Set auth, and the Secret it names, back to what they were."
    ;;
esac

version=$(server_version)
running=$(running_versions)
if [ "$(was image)" != "$IMAGE" ] || [ -n "$running" ]; then
  if [ -z "$running" ]; then
    refused=1
    log refuse "image changes from $(was image) to $IMAGE, and no pod answers to say which version it runs. Bring the pods back, then upgrade."
  fi
  for old in $running; do
    if [ "$old" = "$version" ]; then continue; fi
    refused=1
    log refuse "image changes the server from $old to $version, and this version of the chart cannot change the version of a cluster that runs. Set image back to $(was image)."
  done
fi

if [ -n "$refused" ]; then
  log refuse "nothing was changed"
  exit 3
fi
log "done" "size and version stay as they are"
