{{/*
When the CronJob runs. The schema has seen that there are five fields of numbers and names. What else Kubernetes asks of a field is
checked here, because it would refuse the CronJob after other objects were changed.
*/}}
{{- define "redis-cluster.schedule" -}}
{{- $schedule := .Values.jobs.reconcile.schedule -}}
{{- $fields := list
  (dict "name" "minute" "from" 0 "to" 59)
  (dict "name" "hour" "from" 0 "to" 23)
  (dict "name" "day of the month" "from" 1 "to" 31)
  (dict "name" "month" "from" 1 "to" 12 "words" (splitList " " "jan feb mar apr may jun jul aug sep oct nov dec"))
  (dict "name" "day of the week" "from" 0 "to" 6 "words" (splitList " " "sun mon tue wed thu fri sat")) -}}
{{- range $i, $text := ternary list (regexSplit " +" (trim $schedule) -1) (hasPrefix "@" $schedule) -}}
{{- $field := index $fields $i -}}
{{- range $part := splitList "," $text -}}
{{- $range := first (splitList "/" $part) | lower -}}
{{- range $n, $word := $field.words -}}
{{- $range = replace $word (add $n $field.from | toString) $range -}}
{{- end -}}
{{- $least := $field.from -}}
{{- range $end := ternary list (splitList "-" $range) (has $range (list "*" "?")) -}}
{{- if or (not (regexMatch "^[0-9]+$" $end)) (lt (atoi $end) (int $least)) (gt (atoi $end) (int $field.to)) -}}
{{- fail (printf "jobs.reconcile.schedule is %q, but Kubernetes takes no %q as its %s: set one from %d to %d, or a range that begins with the lower." $schedule $part $field.name (int $field.from) (int $field.to)) -}}
{{- end -}}
{{- $least = atoi $end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $schedule -}}
{{- end }}
