# awk -v begin=TEXT -v none=TEXT -f answers.awk SAID ANSWERS: a line for the log for each thing that was said to a node. Each
# begins with TEXT, and has the node's answer unless all is well. All the pods that the node met are one line.

{ sub(/\r$/, "") }
FILENAME == ARGV[1] { said[++all] = $0; next }
NF { answer[++answers] = $0 }

END {
  for (i = 1; i <= all; i++) {
    if (!is_well(answer[i])) print begin said[i] ": answered " (answer[i] == "" ? none : answer[i])
    else if (said[i] ~ / meet pod [0-9]+$/) met(said[i])
    else print begin said[i]
  }
  end_range()
  if (ranges != "") print begin who (many ? " meet pods " : " meet pod ") ranges
}

# Asked to give up its moves Redis tells how many those were, and Valkey calls it an error that there were none.
function is_well(text) { return text ~ /^(OK|[0-9]+|ERR No migrations ongoing)$/ }

# Their ordinals come in order.
function met(what,    one) {
  one = what; sub(/.* /, "", one); one += 0
  who = what; sub(/ meet pod .*/, "", who)
  if (first == "" || one != last + 1) { end_range(); first = one }
  else many = 1
  last = one
}

function end_range() {
  if (first == "") return
  if (ranges != "") many = 1
  ranges = ranges (ranges == "" ? "" : ", ") (first == last ? first : first "-" last)
}
