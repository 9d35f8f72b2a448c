# The release's users in rules that a version of the engine can read: name, key of the password, rules.
# A line of input is a user, the key of its password in the Secret, patterns of its keys (~) and channels (&), access=ACCESS, and further rules.

BEGIN {
  application = "+@all -@admin -@dangerous +info"
  # Until 7.0 CLUSTER and CLIENT, whole, were what @admin and @dangerous take away; what clients ask for is named.
  if (before(7, 0)) application = application \
    " +cluster|slots +cluster|nodes +cluster|info +cluster|myid +cluster|keyslot" \
    " +client|setname +client|getname +client|id +client|tracking +client|caching +client|reply"
  commands["application"] = application
  commands["read"] = application " -@write"
  commands["all"] = "+@all"
}

NF {
  line = $1 " " $2
  own = 0
  for (i = 3; i <= NF; i++) {
    if (sub(/^access=/, "", $i)) {
      own = 1
      # In 6.2 a new user has all channels.
      line = line (before(6, 2) ? "" : " resetchannels" channels)
      if ($i in commands) line = line " " commands[$i]
    } else if (own || $i !~ /^&/) line = line " " $i
    else channels = channels " " $i
  }
  channels = ""
  print line
}

function before(major, minor, part) {
  split(version, part, ".")
  return part[1] * 1000 + part[2] < major * 1000 + minor
}
