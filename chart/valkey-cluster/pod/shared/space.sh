# shellcheck shell=sh
# Whether the volume takes any more data, and what a person can do if it does not.

# shellcheck disable=SC2034 # start.sh and upkeep.sh read it
SPACE_ADVICE="If df shows that $DATA is full, let the PersistentVolumeClaim data-$POD_NAME grow, or delete folders aside-… on it that nobody needs; the server then goes on by itself."

# takes_data NAME: tries to write a file of that name, because space that is free to root alone looks free as well.
takes_data() {
  local code
  code=0
  { head -c 8192 /dev/zero >"$DATA/space.$1"; } 2>/dev/null || code=1
  rm -f "$DATA/space.$1"
  return "$code"
}
