#!/usr/bin/env bash
# terraform.sh COMMAND: one step of an environment's life. Everything else it needs comes as environment variables, each
# checked against a pattern before use. Values for the buildspec to export go to the file EXPORTS_FILE, if that is set.
#
# The stack is the Terraform root in STACK_ROOT; it has the variables of infra/aws-v3/stack that are not about its services.
#
#   bootstrap        applies the bootstrap root: state bucket and lock table
#   repositories     applies the image repositories of the stack, nothing else
#   plan             plans the stack with its images; keeps the plan, what it does, and its variables in the control bucket
#   plan-rollout     plans other images for the services of a stack that is up, and nothing else
#   apply            applies the plan of either; keeps the outputs in the control bucket
#   destroy-plan     plans the destruction; refuses more than MAX_DELETIONS deletions
#   destroy          applies that plan
#   destroy-backend  destroys the bootstrap root
# shellcheck source-path=SCRIPTDIR
set -Eeuo pipefail
shopt -s inherit_errexit

SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly SCRIPTS
source "$SCRIPTS/common.sh"
source "$SCRIPTS/ownership.sh"
source "$SCRIPTS/terraform-binary.sh"
source "$SCRIPTS/terraform-run.sh"
source "$SCRIPTS/terraform-plan.sh"
source "$SCRIPTS/terraform-destroy.sh"
source "$SCRIPTS/terraform-aftermath.sh"

# Two cores, and a provider that mostly waits: what limits it is the longest chain of resources, not the machine.
readonly PARALLELISM=30
# Builds of an environment never run at once: what is locked is locked by a person, or by a build that was killed.
readonly LOCK_TIMEOUT=20s

# Terraform reads arguments, variables and folders from its environment too: nobody gets to say more than COMMAND does.
forget_terraform_variables() {
  local name
  for name in ${!TF_@}; do
    [[ $name == TF_CLI_CONFIG_FILE ]] || unset "$name"
  done
  export TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1
}

# A command starts the provider two or three times, whose schemas are more garbage than it keeps: to collect it more rarely
# takes a fifth off each. The limit is far below what a build has, and collects as ever when it is near.
export GOGC=500 GOMEMLIMIT=1GiB

check_variables() {
  require COMMAND 'bootstrap|repositories|plan|plan-rollout|apply|destroy-plan|destroy|destroy-backend' \
    'one of bootstrap, repositories, plan, plan-rollout, apply, destroy-plan, destroy, destroy-backend'
  require_account
  check_ownership_variables
  require RUN '[A-Za-z0-9][A-Za-z0-9._-]{0,79}' 'the id of a run'
  require RUN_KEY 'environments/[a-z0-9-]+/runs/[A-Za-z0-9._-]+' 'the folder of the run in the control bucket'
  require CONTROL_BUCKET '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]' 'the name of a bucket'
  require STATE_BUCKET '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]' 'the name of a bucket'
  require LOCK_TABLE '[A-Za-z0-9._-]{3,255}' 'the name of a DynamoDB table'
  require TERRAFORM_VERSION '[0-9]+\.[0-9]+\.[0-9]+' 'a version such as 1.11.4'
  require EXPIRES_AT '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?Z' 'a time in UTC, such as 2030-01-31T18:00:00Z'
  optional DESTROY_PAUSE '[0-9]{1,3}' 'seconds'
  optional WATCH_PAUSE '[0-9]{1,3}(\.[0-9])?' 'seconds'
  optional BLOCKERS_FUNCTION '[A-Za-z0-9_-]{1,64}' 'the name of a function'
  optional PROJECT '[a-z][a-z0-9-]{1,30}' 'the value of the tag "project"'
  optional PERMISSIONS_BOUNDARY 'arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}' 'the ARN of an IAM policy'
  optional NOTIFICATIONS_TOPIC 'arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}' 'the ARN of an SNS topic'
  case $COMMAND in
    bootstrap | destroy-backend) require BOOTSTRAP_STATE_KEY '[A-Za-z0-9][A-Za-z0-9._/-]{0,511}' 'an S3 key' ;;
    *)
      require STATE_KEY '[A-Za-z0-9][A-Za-z0-9._/-]{0,511}' 'an S3 key'
      require HAS_IMAGES 'yes|no' 'yes or no'
      ;;
  esac
  case $COMMAND in
    destroy-backend) ;;
    *)
      require STACK_ROOT "$PATH_IN_SOURCE" 'a folder in the source'
      [[ -d $SCRIPTS/../../$STACK_ROOT ]] ||
        die "the source of $RUN has no folder $STACK_ROOT: another stack made $ENVIRONMENT. Deploy this project with the stack.root that did"
      ;;
  esac
  local image='[A-Za-z0-9][A-Za-z0-9.:/_-]*@sha256:[0-9a-f]{64}'
  case $COMMAND in
    plan | plan-rollout)
      if [[ $HAS_IMAGES == yes || $COMMAND == plan-rollout ]]; then
        require API_IMAGE "$image" 'an image by digest'
        require WORKER_IMAGE "$image" 'an image by digest'
      fi
      ;;
    repositories) require PROJECT '[a-z][a-z0-9-]{1,30}' 'the value of the tag "project"' ;;
    destroy-plan | destroy) require MAX_DELETIONS '[1-9][0-9]{0,4}' 'a number' ;;
  esac
}

# An emulator has no DNS name for each bucket, and answers a call that it lacks as an outage, which is not worth 25 tries.
emulated() {
  [[ -n ${AWS_ENDPOINT_URL:-} ]]
}

# Prints the variables that both roots have; $1 is jq for the root's own.
variables() {
  jq --null-input --sort-keys \
    --arg environment "$ENVIRONMENT" --arg prefix "$PREFIX" --arg account_id "$ACCOUNT_ID" --arg run "$RUN" \
    --arg owner "$OWNER" --arg expires_at "$EXPIRES_AT" --arg project "${PROJECT:-}" \
    --arg state_bucket "$STATE_BUCKET" --arg lock_table "$LOCK_TABLE" \
    --arg api_image "${API_IMAGE:-}" --arg worker_image "${WORKER_IMAGE:-}" \
    --arg permissions_boundary "${PERMISSIONS_BOUNDARY:-}" --arg notifications_topic_arn "${NOTIFICATIONS_TOPIC:-}" --argjson emulated "$(emulated && echo true || echo false)" "
    {environment: \$environment, prefix: \$prefix, account_id: \$account_id, run: \$run, owner: \$owner, expires_at: \$expires_at}
    + if \$project == \"\" then {} else {project: \$project} end
    + if \$emulated then {max_retries: 2, s3_use_path_style: true} else {} end
    + $1"
}

# init BUCKET KEY [ARGS...]: a working folder knows its backend from the first call on; it lives as long as the build.
init() {
  local bucket=$1 key=$2
  shift 2
  emulated && set -- "$@" -backend-config=use_path_style=true
  with_aftermath terraform init -no-color -lockfile=readonly \
    -backend-config="bucket=$bucket" -backend-config="key=$key" -backend-config="region=$AWS_REGION" \
    -backend-config=encrypt=true -backend-config=use_lockfile=true "$@"
}

# require_s3_backend ROOT: without one, the state ends with the build. Before it is initialised, Terraform says of a root which
# backend it has, and no more; lines are wrapped.
require_s3_backend() {
  local said
  said=$(terraform -chdir="$1" state list -no-color 2>&1 | tr --squeeze-repeats ' \n' ' ') || true
  [[ $said == *'Initial configuration of the requested backend "s3"'* ]] ||
    die "the Terraform root $STACK_ROOT has no S3 backend, so its state would be lost with the build, and nothing is made. Write this into it: terraform { backend \"s3\" {} }"
}

# require_own_backend: what was initialised is the backend that a teardown reads.
require_own_backend() {
  local found
  found=$(jq --raw-output '.backend | "\(.type) \(.config.bucket) \(.config.key)"' .terraform/terraform.tfstate) || found=none
  [[ $found == "s3 $LEFT_BUCKET $LEFT_KEY" ]] ||
    die "the Terraform root $STACK_ROOT keeps its state in \"$found\", and a teardown reads s3 $LEFT_BUCKET $LEFT_KEY: nothing is planned"
}

enter_bootstrap() {
  ERRORED=errored-bootstrap.tfstate LEFT_BUCKET=$CONTROL_BUCKET LEFT_KEY=$BOOTSTRAP_STATE_KEY LEFT_TABLE=''
  cd "$SCRIPTS/../aws-v3/bootstrap"
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  variables '{state_bucket: $state_bucket, lock_table: $lock_table}' >"$VARIABLES"
  init "$CONTROL_BUCKET" "$BOOTSTRAP_STATE_KEY"
}

enter_stack() {
  ERRORED=errored.tfstate LEFT_BUCKET=$STATE_BUCKET LEFT_KEY=$STATE_KEY LEFT_TABLE=$LOCK_TABLE
  cd "$SCRIPTS/../../$STACK_ROOT"
  # Terraform warns of a value for a variable that a root does not declare.
  grep --quiet --extended-regexp '^variable +"notifications_topic_arn"' ./*.tf || NOTIFICATIONS_TOPIC=''
  # shellcheck disable=SC2016 # jq's variables, not the shell's
  variables '([{key: "api_image", value: $api_image}, {key: "worker_image", value: $worker_image},
    {key: "permissions_boundary", value: $permissions_boundary},
    {key: "notifications_topic_arn", value: $notifications_topic_arn}] | map(select(.value != "")) | from_entries)' >"$VARIABLES"
  # Both locks: the lock file is Terraform's present one, the table is the one that older versions and the runbook know.
  init "$STATE_BUCKET" "$STATE_KEY" -backend-config="dynamodb_table=$LOCK_TABLE"
  require_own_backend
}

# take_variables NAME JQ: goes on with variables that the run has kept, since owner and expiry are in tags of everything:
# with those of another execution, everything would change. JQ says what is new.
take_variables() {
  fetch "$1"
  jq --sort-keys --arg api_image "${API_IMAGE:-}" --arg worker_image "${WORKER_IMAGE:-}" ". + $2" "$WORK/$1" >"$WORK/taken"
  mv "$WORK/taken" "$VARIABLES"
}

# store_plan [FILE...]: keeps a plan, and what belongs to it, until it is applied, or refused, with variables that are none of
# the environment's until then. A "--" and files of the run may follow.
store_plan() {
  cp "$VARIABLES" "$WORK/planned.tfvars.json"
  store_own "$WORK/stack.tfplan" "$WORK/planned.tfvars.json" "$@"
}

# Repositories that are there already have the tags of what was applied last. To change them is up to the plan, and to
# whoever may refuse it.
keep_applied_variables() {
  local applied
  applied=$WORK/found/$(basename "$VARIABLES")
  [[ ! -f $applied ]] || cp "$applied" "$VARIABLES"
}

# Applies with the arguments given, if the environment is still the execution's own. What Terraform could not write to its
# backend is the only record of what exists.
apply() {
  local status=0
  require_ownership "$COMMAND"
  run_or_release "$WORK/apply.jsonl" apply -json -input=false -parallelism=$PARALLELISM -lock-timeout=$LOCK_TIMEOUT "$@" ||
    status=$?
  if [[ -f errored.tfstate ]]; then
    mv errored.tfstate "$WORK/$ERRORED"
    store "$WORK/$ERRORED" || die "the state could neither be written nor saved in s3://$CONTROL_BUCKET: what was created is in no state, and its tags alone name it"
    log "the state could not be written; it was saved as s3://$CONTROL_BUCKET/$RUN_KEY/$ERRORED, and the next build pushes it"
  fi
  end_if_stopped "$status"
  return "$status"
}

apply_now() {
  apply -auto-approve -var-file="$VARIABLES" "$@"
}

# store FILE...: keeps files in the run's folder, under their own names: those that belong to the life of the environment.
store() {
  store_own -- "$@"
}

# store_own FILE... [-- FILE...]: keeps files for the builds of this owner alone, since a plan that another one made is never
# applied; and after the "--", files of the run. One call of the CLI takes a second to start.
store_own() {
  local folder into file
  folder=$(mktemp -d "$WORK/store.XXXX")
  into=$folder/$FENCING
  mkdir "$into"
  for file in "$@"; do
    if [[ $file == -- ]]; then into=$folder; else cp -- "$file" "$into/"; fi
  done
  aws s3 cp --only-show-errors --recursive "$folder/" "s3://$CONTROL_BUCKET/$RUN_KEY/"
}

# fetch NAME: the other way, into the build's own folder; one of FOUND_OWN by its name, or the applied variables.
fetch() {
  local from=$1
  [[ " ${FOUND_OWN[*]} " != *" $1 "* ]] || from=$FENCING/$1
  [[ -f $WORK/found/$from ]] || die "s3://$CONTROL_BUCKET/$RUN_KEY/$from does not exist: nothing can be taken from it"
  mv "$WORK/found/$from" "$WORK/$1"
}

main() {
  export COMMAND=${1:-}
  forget_terraform_variables
  check_variables
  WORK=$(mktemp -d)
  readonly WORK VARIABLES=$WORK/stack.auto.tfvars.json
  trap 'stop_watching; rm -rf "$WORK"' EXIT
  ensure_terraform "$TERRAFORM_VERSION"
  log "$COMMAND of $ENVIRONMENT, run $RUN, in account $ACCOUNT_ID, $AWS_REGION"

  # The names in the run's folder are those of runKeys() in lambdas/contracts/naming.ts.
  case $COMMAND in
    bootstrap)
      require_s3_backend "$SCRIPTS/../../$STACK_ROOT"
      enter_bootstrap
      apply_now || die "the backend could not be created. $(errors_of "$WORK/apply.jsonl")"
      ;;
    repositories)
      enter_stack
      forget_lineage_of_gone_state
      keep_applied_variables
      make_repositories
      ;;
    plan)
      enter_stack
      forget_lineage_of_gone_state
      make_plan stack.tfplan
      keep_lineage stack.tfplan
      describe_plan stack.tfplan >"$WORK/stack.tfplan.json"
      store_plan "$WORK/stack.tfplan.json" -- "$WORK/$LINEAGE"
      ;;
    plan-rollout)
      enter_stack
      # shellcheck disable=SC2016 # jq's variables, not the shell's
      take_variables stack.auto.tfvars.json '{api_image: $api_image, worker_image: $worker_image}'
      make_plan stack.tfplan
      name_others stack.tfplan
      [[ $PLAN_OTHERS != none ]] || store_plan
      ;;
    apply)
      FOUND_OWN=(stack.tfplan planned.tfvars.json) NOW_APPLIED=planned.tfvars.json
      enter_stack
      fetch stack.tfplan
      take_variables planned.tfvars.json '{}'
      apply_plan stack.tfplan
      terraform output -json >"$WORK/outputs.json"
      store "$WORK/outputs.json"
      ;;
    destroy-plan)
      enter_stack
      make_plan destroy.tfplan -destroy
      limit_deletions destroy.tfplan
      store_own "$WORK/destroy.tfplan"
      ;;
    destroy)
      FOUND_OWN=(destroy.tfplan)
      enter_stack
      fetch destroy.tfplan
      destroy_plan destroy.tfplan
      ;;
    destroy-backend)
      enter_bootstrap
      apply_now -destroy || fail_destroy 'the backend could not be destroyed' "$WORK/apply.jsonl"
      ;;
  esac
  log "$COMMAND is done"
}

main "$@"
