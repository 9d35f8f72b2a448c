# awk -v size=PODS -f same-claims.awk CLAIMS: what speaks against it that all pods say the same of every node and slot; nothing if
# nothing does. CLAIMS has what each pod answers, as nodes.awk writes it, after a line "asked ADDRESS", where the pod that asks knows
# a node; it begins with the pod that asks.

$1 == "asked" { end_pod(); address = $2; complete = own = epoch = lines = 0; pods++; next }
/^cluster_current_epoch:/ { epoch = substr($0, 23) }
/^PONG$/ { complete = 1 }
$1 == "node" {
  lines++
  if ($4 ~ /(^|,)fail|noaddr|handshake/) doubt(address " calls node " $2 " " $4)
  if ($4 ~ /myself/) { own = 1; if ($3 != address) doubt("the node at " address " is to be found at " $3) }
  else if ($7 != "connected") doubt(address " has no connection to node " $2)
  # A replica has its master's epoch, and hears of it late.
  claim = $3 " " $5 " " $8 " " ($8 == "-" ? "" : $6)
  if (pods == 1) claims[$2] = claim
  else if (claims[$2] != claim) doubt(address " says otherwise of node " $2)
}

END {
  end_pod()
  if (pods != size) doubt(pods " nodes were asked, and there are " size " pods")
  print reason
}

function end_pod() {
  if (!pods) return
  if (!complete || !own) doubt(address " gives no whole answer")
  else if (lines != size) doubt(address " knows " lines " nodes, and there are " size " pods")
  if (pods == 1) first_epoch = epoch
  else if (epoch != first_epoch) doubt(address " knows of another election")
}

function doubt(text) { if (reason == "") reason = text }
