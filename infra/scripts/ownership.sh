# shellcheck shell=bash
# Sourced. Asks, before a build changes anything, whether the execution that started it still owns the environment: a
# failed execution can be redriven for 14 days, and others may have taken the environment over meanwhile. The function that
# is asked puts the build on the environment's record, so that the next claim waits for its end.

check_ownership_variables() {
  require OWNERSHIP_FUNCTION '[A-Za-z0-9_-]{1,64}' 'the name of a function'
  require OWNER 'arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+' 'the ARN of an execution'
  require FENCING '[0-9]{1,15}' 'the number of a claim'
  require REDRIVE '[0-9]{1,9}' 'the number of a redrive'
  require CODEBUILD_BUILD_ID '[A-Za-z0-9_-]+:[A-Za-z0-9-]+' 'the id of a build'
}

# require_ownership COMMAND: ends the build unless the function says that the environment is the execution's own.
require_ownership() {
  local folder
  folder=$(mktemp -d "$WORK/ownership.XXXX")
  jq --null-input --arg environment "$ENVIRONMENT" --arg owner "$OWNER" --argjson fencing "$FENCING" \
    --argjson redrive "$REDRIVE" --arg build "$CODEBUILD_BUILD_ID" --arg command "$1" \
    '{environment: $environment, owner: $owner, fencing: $fencing, redrive: $redrive, build: $build, command: $command}' >"$folder/question"
  nice aws lambda invoke --function-name "$OWNERSHIP_FUNCTION" --payload "fileb://$folder/question" "$folder/answer" >"$folder/meta" ||
    refuse "it is not known who owns environment $ENVIRONMENT: $OWNERSHIP_FUNCTION could not be asked"
  # With --exit-status, some versions of jq call an empty file true.
  [[ $(jq --compact-output .owned "$folder/answer" 2>/dev/null) != true ]] || return 0
  refuse "$(jq --raw-output '.errorMessage // empty' "$folder/answer" 2>/dev/null || true)"
}

# Status with which a build, or what runs in its background, ends that does not own the environment.
readonly NOT_OWNED=3

# refuse WHY: ends the build, and hands the reason to the buildspec, from which it reaches the execution's cause.
refuse() {
  local why=${1:-"$OWNERSHIP_FUNCTION does not say who owns environment $ENVIRONMENT"}
  export_value REFUSED "$why"
  printf 'ERROR: %s\n' "$why" >&2
  exit "$NOT_OWNED"
}
