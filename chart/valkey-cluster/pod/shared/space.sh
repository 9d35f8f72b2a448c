# shellcheck shell=sh
# Whether the volume takes data and keeps it, and what a person can do if it does not.

# What the last try to write said.
SPACE_SAYS=

# takes_data NAME: tries to write a file of that name, because space that is free to root alone looks free as well.
takes_data() {
  local code
  code=0
  SPACE_SAYS=$({ LC_ALL=C head -c 8192 /dev/zero >"$DATA/space.$1"; } 2>&1) || code=1
  rm -f "$DATA/space.$1" 2>/dev/null
  return "$code"
}

# on_disk PATH: waits until a file or folder is on the disk. Only for these: a bare sync waits for all that any program of the
# machine has written.
on_disk() { sync "$1" 2>/dev/null || sync; }

# may_write: whether no more than space was missing in the last try.
may_write() { case $SPACE_SAYS in *denied* | *'not permitted'* | *[Rr]ead-only*) return 1 ;; esac }

# space_advice: what is wrong with the volume, by the last try, and what a person can do.
space_advice() {
  case $SPACE_SAYS in
    *[Rr]ead-only*)
      echo "$DATA is mounted read-only, as a Kubernetes node does after errors of the disk. If the shard has another copy, delete the PersistentVolumeClaim data-$POD_NAME and then the pod, which joins anew with another volume. If it has none, mend the volume, then delete the pod."
      ;;
    *denied* | *'not permitted'*)
      # shellcheck disable=SC2012 # its own words for one folder
      ls -ldn "$DATA" | {
        read -r mode _ owner group _
        echo "$DATA belongs to user $owner and group $group with mode $mode, and this container, which runs as user $(id -u) in the groups $(id -G), may not write there. Kubernetes gives a volume to pod.securityContext.fsGroup, unless its driver has no such thing, as hostPath and NFS. Then give the folder to user $(id -u) where it lies, or let a container of pod.extraInitContainers do so as root: chown -R $(id -u) $DATA."
      }
      ;;
    *) echo "If df shows that $DATA is full, let the PersistentVolumeClaim data-$POD_NAME grow, or delete folders aside-… on it that nobody needs; the server then goes on by itself." ;;
  esac
}
