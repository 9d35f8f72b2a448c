# awk -v from='redis 7.0.15' -v to='valkey 8.1.8' -f formats.awk: what becomes of the data of the one server under the other:
#   same           either reads what the other writes
#   same older     either reads the other's format, but the new one came first, and may not know every command in a file
#   newer          the new one reads what the old one wrote, but not the other way round
#   refuse REASON  the new one does not read it
# A server opens no file, and takes no copy from its master, of a format that came after it. The formats are the numbers
# that the engines write at the beginning of a snapshot and of an append-only file.

BEGIN {
  split(from, old, " "); split(to, new, " ")
  was = format(old[1], old[2]); is = format(new[1], new[2])
  if (old[1] == "valkey" && new[1] == "redis")
    print "refuse Valkey's nodes cannot become Redis's. " copy("redis-cluster")
  else if (old[1] != new[1] && was > 11)
    print "refuse Redis " old[2] " writes its data in a format that Valkey does not read; up to 7.2 it could become Valkey. " copy("valkey-cluster")
  else if (is < was)
    print "refuse the data that " old[2] " wrote cannot be read by " new[2] ", which came before that format. Stay with " old[2] \
      ", or " copy("this chart with the older image")
  else if (is > was) print "newer"
  else print (old[1] == new[1] && before(new[2], old[2]) ? "same older" : "same")
}

# Whether a version came before another.
function before(one, other,    a, b, i) {
  split(one, a, "."); split(other, b, ".")
  for (i = 1; i <= 3; i++) if (a[i] + 0 != b[i] + 0) return a[i] + 0 < b[i] + 0
  return 0
}

function copy(chart) { return "install " chart " as a release of its own and copy the keys there with a client." }

function format(engine, version,    part, number) {
  split(version, part, ".")
  number = part[1] + part[2] / 1000
  if (engine == "valkey") return number < 9 ? 11 : number <= 9.001 ? 80 : 80 + number
  if (number < 7) return 9
  if (number < 7.002) return 10
  if (number < 7.004) return 11
  if (number < 8.005) return 12
  if (number < 8.007) return 13
  if (number < 8.009) return 14
  if (number < 8.011) return 15
  # What has not been compared is taken for a format of its own.
  return 15 + number
}
