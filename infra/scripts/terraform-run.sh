# shellcheck shell=bash
# Sourced. Runs Terraform so that a stopped build loses neither state nor lock.

# Reads Terraform's JSON lines, keeps them in a file, prints what an operator wants to see of them.
render() {
  # A reader that ends at the build's signal would take Terraform with it, by a closed pipe, before it saved its state.
  trap '' TERM INT
  tee "$1" | jq --raw-input --raw-output --unbuffered '
    . as $text | try (
      fromjson
      # Done on purpose: the repositories come before the rest, and the lock table is a second lock.
      | if .diagnostic.summary | IN("Resource targeting is in effect", "Applied changes may be incomplete") then empty
        elif .diagnostic.detail // "" | startswith("The parameter \"dynamodb_table\" is deprecated") then empty
        elif .type == "diagnostic" then
          "\(.diagnostic.severity | ascii_upcase): \(.diagnostic.summary)"
          + (if .diagnostic.address then " (\(.diagnostic.address))" else "" end)
          + (if .diagnostic.detail != "" then "\n  " + (.diagnostic.detail | gsub("\n"; "\n  ")) else "" end)
        elif (.type | IN("refresh_start", "refresh_complete", "version", "outputs")) then empty
        else .["@message"] end
    ) catch $text'
}

# A signal is passed on once: Terraform takes a second one as the order to drop everything at once, state and all.
forward() {
  [[ -n ${terraform_pid:-} ]] || exit 143
  [[ -z $forwarded ]] || return 0
  forwarded=1
  log 'stopping: Terraform is told to save its state and to release its locks'
  kill -TERM "$terraform_pid" 2>/dev/null || true
}

# run_terraform LOG ARGS...: runs it in the background (a shell that waits for a foreground child handles no signal) and
# in a process group of its own: a signal to the whole build would otherwise reach it twice, and kill its provider
# in the middle of a call. If this shell itself is killed, Terraform still gets its one SIGTERM, where Linux can do that.
run_terraform() {
  local lines=$1 status output renderer
  shift
  local -a leash=()
  setpriv --pdeathsig TERM true 2>/dev/null && leash=(setpriv --pdeathsig TERM)
  forwarded=''
  trap forward TERM INT

  exec {output}> >(render "$lines")
  renderer=$!
  set -m
  "${leash[@]}" terraform "$@" </dev/null >&"$output" 2>&1 &
  terraform_pid=$!
  set +m
  exec {output}>&-

  # A trapped signal ends `wait` before the child has ended.
  while :; do
    local before=$forwarded
    status=0
    wait "$terraform_pid" || status=$?
    [[ $forwarded != "$before" ]] || break
  done
  terraform_pid=''
  wait "$renderer" || true
  return "$status"
}

# Ends the build after a signal, when all that Terraform left behind has been dealt with.
end_if_stopped() {
  [[ -z $forwarded ]] || die "stopped by a signal; Terraform ended with $1"
}
