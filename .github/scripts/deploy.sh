#!/usr/bin/env bash
# deploy.sh starts a deployment of COMMIT to ENVIRONMENT, prints its states until it ends, and exits with its result.
# The same ENVIRONMENT, COMMIT and ATTEMPT give the same execution, however often the script runs.
set -Eeuo pipefail
shopt -s inherit_errexit

readonly POLL_SECONDS=${POLL_SECONDS:-5}

die() {
  printf '::error::%s\n' "$*" >&2
  exit 1
}

# require NAME REGEX WHAT
require() {
  [[ ${!1:-} =~ ^($2)$ ]] || die "$1 is $(printf '%q' "${!1:-}"); it must be $3"
}

# Starts the execution, or finds the one of this name.
start() {
  local machine=$1 name=$2 input=$3 said
  if said=$(aws stepfunctions start-execution --state-machine-arn "$machine" --name "$name" --input "$input" \
    --query executionArn --output text 2>&1); then
    printf '%s\n' "$said"
  elif [[ $said == *ExecutionAlreadyExists* ]]; then
    printf '%s:%s\n' "${machine/:stateMachine:/:execution:}" "$name"
  else
    die "$said"
  fi
}

# Prints the states that were entered since event $2, and then the number of the last event.
news() {
  aws stepfunctions get-execution-history --execution-arn "$1" --no-include-execution-data --output json |
    jq --raw-output --argjson seen "$2" '
      (.events[] | select(.id > $seen and (.type | endswith("StateEntered")))
        | "\(.timestamp | tostring | .[0:19])  \(.stateEnteredEventDetails.name)"),
      (.events | map(.id) | max // $seen)'
}

# Follows the execution; leaves its description in the file.
follow() {
  local execution=$1 file=$2 seen=0 lines
  while :; do
    # The description is read first: the next round, or the history, shows what happens between the two calls.
    aws stepfunctions describe-execution --execution-arn "$execution" --output json >"$file"
    lines=$(news "$execution" "$seen")
    seen=${lines##*$'\n'}
    [[ $lines != *$'\n'* ]] || printf '%s\n' "${lines%$'\n'*}"
    [[ $(jq --raw-output .status "$file") == RUNNING ]] || return 0
    sleep "$POLL_SECONDS"
  done
}

# Prints the result as Markdown. Causes contain the output of tasks, so they are shown as text.
summarize() {
  jq --raw-output --arg environment "$ENVIRONMENT" --arg commit "$COMMIT" --arg region "$AWS_REGION" '
    def object: capture("s3://(?<bucket>[a-z0-9.-]+)/(?<key>[A-Za-z0-9/._-]+\\.(html|json))"; "");
    (.output // "{}" | fromjson) as $output
    | (.cause // "") as $text
    | ($text | try fromjson catch {} | .errorMessage? // $text) as $cause
    | ([$output.report, $output.evidence, $cause] | map(strings | try object catch empty) | first) as $report
    | "### \(if .status == "SUCCEEDED" then "✅" else "❌" end) `\($commit)` → `\($environment)`: \(.status)",
      "",
      (if $output.url then "- \($output.url)" else empty end),
      (if $output.validation then "- \($output.validation)" else empty end),
      (if $report then "- [report](https://\($region).console.aws.amazon.com/s3/object/\($report.bucket)?region=\($region)&prefix=\($report.key))" else empty end),
      "- [execution](https://\($region).console.aws.amazon.com/states/home?region=\($region)#/v2/executions/details/\(.executionArn))",
      (if .error then "", "<pre>\("\(.error): \($cause)" | @html)</pre>" else empty end)' "$1"
}

main() {
  require ENVIRONMENT '[a-z][a-z0-9-]{1,20}' 'the name of an environment'
  require COMMIT '[0-9a-f]{7,64}' '7 to 64 hexadecimal digits'
  require ATTEMPT '[0-9]+(-[0-9]+)?' 'a number, such as 12 or 12-1'
  require AWS_REGION '[a-z]{2}(-[a-z]+)+-[0-9]' 'a region such as eu-west-1'
  local account machine input execution
  account=$(aws sts get-caller-identity --query Account --output text)
  machine=arn:aws:states:$AWS_REGION:$account:stateMachine:runbook-deploy
  input=$(jq --null-input --compact-output --arg environment "$ENVIRONMENT" --arg commit "$COMMIT" \
    --arg reason "push, attempt $ATTEMPT" '{$environment, $commit, $reason}')
  # The distinct part of the name comes first: the machine names its own executions after the beginning of its name.
  execution=$(start "$machine" "$ENVIRONMENT-$ATTEMPT-${COMMIT:0:40}" "$input")
  printf '%s\n' "$execution"

  # The variable is not local: the trap runs after the function has ended.
  file=$(mktemp)
  trap 'rm -f "$file"' EXIT
  follow "$execution" "$file"
  summarize "$file" | tee -a "${GITHUB_STEP_SUMMARY:-/dev/null}"
  [[ $(jq --raw-output .status "$file") == SUCCEEDED ]] ||
    die "$(jq --raw-output '(.cause // "") as $text | "\(.error // .status): \($text | try fromjson catch {} | .errorMessage? // $text)" | gsub("%"; "%25") | gsub("\n"; "%0A")' "$file")"
}

main
