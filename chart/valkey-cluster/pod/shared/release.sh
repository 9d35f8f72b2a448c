# shellcheck shell=sh
# Sourced before lock.sh: is the release still there that a run belongs to? Helm leaves a hook's Job behind that has not ended when
# it uninstalls, and the next release may have the same name.

RELEASE_ADDRESS=

# release_is_gone: whether the Service for clients lost its address or has another. A Service that was never seen proves nothing,
# nor does a resolver that does not answer. CLIENT_SERVICE is empty if the Service has no address of its own.
release_is_gone() {
  local address
  if [ -z "${CLIENT_SERVICE:-}" ]; then return 1; fi
  for _ in 1 2 3; do
    address=$(resolve "$CLIENT_SERVICE.${RELEASE%%/*}.svc")
    if [ -z "$RELEASE_ADDRESS" ]; then RELEASE_ADDRESS=$address; fi
    if [ "$address" = "$RELEASE_ADDRESS" ]; then return 1; fi
    sleep 0.2
  done
  if [ -z "$address" ] && [ -z "$(resolve kubernetes.default.svc)" ]; then return 1; fi
  log refuse "the release that this run belongs to was uninstalled: this run ends here"
}
