#!/bin/sh
# login.sh RUNNING SECRET CLIENT ARGUMENT…: becomes the engine's client, with the password in its environment and in that of no other
# process. An argument would show in every list of processes. What the server of this pod runs with comes before what the Secret says.
if [ -r "$1" ]; then file=$1; else file=$2; fi
REDISCLI_AUTH=
if [ -r "$file" ]; then IFS= read -r REDISCLI_AUTH <"$file"; fi
VALKEYCLI_AUTH=$REDISCLI_AUTH
export REDISCLI_AUTH VALKEYCLI_AUTH
shift 2
exec "$@"
