# shellcheck shell=sh
# Sourced by start.sh and keeper.sh: whether the volume takes any more data.

DATA=${DATA:-/data}
SPACE_ADVICE="Where df shows that $DATA is full, let the PersistentVolumeClaim data-$POD_NAME grow, or delete folders aside-… on it that nobody needs; the server then goes on by itself."

# takes_data: tried out, because what is free to root alone looks free as well.
takes_data() {
  SPACE_TAKEN=0
  { head -c 8192 /dev/zero >"$DATA/space.$1"; } 2>/dev/null || SPACE_TAKEN=1
  rm -f "$DATA/space.$1"
  return "$SPACE_TAKEN"
}

SPACE_WAS=good

# tell_of_volume: once when the server cannot save to its volume, and once when it can again.
tell_of_volume() {
  if [ ! -s "$VIEW" ]; then return; fi
  SPACE_NOW=good
  if grep -Eq '^(aof_last_write|aof_last_bgrewrite|rdb_last_bgsave)_status:err' "$VIEW"; then SPACE_NOW=bad; fi
  if [ "$SPACE_NOW" = "$SPACE_WAS" ]; then return; fi
  SPACE_WAS=$SPACE_NOW
  case $SPACE_NOW in
    bad) log volume "the server cannot save to its volume, and can refuse writes until it does. $SPACE_ADVICE" ;;
    good) log volume "the server saves to its volume again" ;;
  esac
}
