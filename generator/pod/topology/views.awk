# The part of the plan that reads what nodes say of each other: a million things of a thousand nodes, and nearly all alike.
# t is the number of something told, and v that of a view, which all who say the same share.

$1 == "told" {
  things = $2 + 0
  about[things] = $3; flags[things] = $4; master[things] = $5; link[things] = $6; slots[things] = $7
  if ($4 ~ /handshake/) shakes[things] = 1
  if ($4 ~ /noaddr/) has_no_address[things] = 1
}
$1 == "view" { numbers[$2] = $3 }

function read_views(    o, v, list) {
  for (o = 0; o < all; o++) {
    if (!up[o]) continue
    voices++
    list = numbers[id[o]]
    if (!(list in number)) { number[list] = ++views; from[views] = o }
    view[o] = number[list]
    viewers[view[o]]++
  }
  for (v = 1; v <= views; v++) {
    read_view(v)
    gaps += viewers[v] * (voices - reached[v])
  }
  read_told()
  for (o = 0; o < all; o++) if (up[o] && agreed[o] < voices) unsettled[++unsettlers] = o
}

function read_view(v,    node, t) {
  listen(from[v])
  for (node in says) {
    t = says[node]
    tellers[t] += viewers[v]
    if (t in shakes) { shaking[v, node] = 1; continue }
    known[v]++
    if (!(node in ordinal)) continue
    pods_known[v]++
    if (t in has_no_address) astray[v, node] = 1
    else reached[v]++
  }
}

function read_told(    t, o) {
  for (t = 1; t <= things; t++) {
    if (!tellers[t] || t in shakes) continue
    if (!(about[t] in ordinal)) { stranger[++strangers] = t; continue }
    o = ordinal[about[t]]
    if (!(t in has_no_address) && is_so(t, o)) agreed[o] += tellers[t]
    if (flags[t] ~ /(^|,)fail/ || link[t] != "connected") ill[o] = 1
  }
}

# Whether what was told of a pod is what it says of itself.
function is_so(t, o) { return slots[t] == fact[o, "slots"] && master[t] == fact[o, "master"] }

# listen(o): from now on says[ID] is the number of what pod o says of that node; of one that still shakes hands by its address.
function listen(o,    n, i, t, list, range) {
  if (view[o] == heard) return
  heard = view[o]
  split("", says)
  n = split(numbers[id[o]], list, ",")
  for (i = 1; i <= n; i++) {
    if (split(list[i], range, "-") == 1) range[2] = range[1]
    for (t = range[1] + 0; t <= range[2] + 0; t++) says[about[t]] = t
  }
}

# Whether the pod that was listened to has no address of pod p, or has heard of p something else than p says.
function unknown(p) { return !(id[p] in says) || says[id[p]] in has_no_address }
function unheard(p) { return unknown(p) || !is_so(says[id[p]], p) }

# Whether pod o knows pod p and has lost its address.
function lost(o, p) { return (view[o], id[p]) in astray }
