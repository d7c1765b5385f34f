# shellcheck shell=bash
# What both builds share. Sourced, never run.

log() {
  printf '==> %s\n' "$*"
}

die() {
  printf 'ERROR: %s\n' "$*" >&2
  explain_failure "$*"
  exit 1
}

# explain_failure WHY: hands the reason of a failure to the buildspec, from which it reaches the execution's cause. The first reason
# counts: what fails after it fails because of it.
explain_failure() {
  [[ -n $1 && -n ${EXPORTS_FILE:-} ]] || return 0
  ! grep --quiet '^FAILURE=' "$EXPORTS_FILE" 2>/dev/null || return 0
  printf 'FAILURE=%q\n' "${1:0:2000}" >>"$EXPORTS_FILE"
}

# require NAME REGEX WHAT: the variable must be set and match as a whole. Build variables come from outside, so nothing
# else of this project looks at one before it has passed here.
require() {
  local name=$1 pattern=$2 what=$3
  [[ -n ${!name:-} ]] || die "$name is not set; it must be $what"
  [[ ${!name} =~ ^($pattern)$ ]] || die "$name is $(printf '%q' "${!name}"); it must be $what"
}

# optional NAME REGEX WHAT: the same, if it is set at all.
optional() {
  [[ -z ${!1:-} ]] || require "$@"
}

# export_value NAME VALUE: hands a value to the buildspec, which sources the file and lets CodeBuild export it.
export_value() {
  log "$1=$2"
  [[ -z ${EXPORTS_FILE:-} ]] || printf '%s=%q\n' "$1" "$2" >>"$EXPORTS_FILE"
}

# A path in the source, which never leads out of it.
readonly PATH_IN_SOURCE='[A-Za-z0-9_][A-Za-z0-9_.-]*(/[A-Za-z0-9_][A-Za-z0-9_.-]*)*'

require_account() {
  require ENVIRONMENT '[a-z][a-z0-9-]{1,20}' 'the name of an environment'
  require PREFIX '[a-z][a-z0-9-]{1,38}[a-z0-9]' '3 to 40 characters of a-z, 0-9 and "-"'
  require ACCOUNT_ID '[0-9]{12}' 'an account id of 12 digits'
  require AWS_REGION '[a-z]{2}(-[a-z]+)+-[0-9]' 'a region such as eu-west-1'
  optional AWS_ENDPOINT_URL 'https?://[A-Za-z0-9.:-]+/?' 'the URL of an endpoint'
}
