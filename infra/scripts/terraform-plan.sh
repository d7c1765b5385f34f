# shellcheck shell=bash
# Sourced. Makes a plan in one build and applies exactly that plan in another.

# plan FILE [ARGS...]
plan() {
  local file=$1 status=0
  shift
  run_terraform "$WORK/plan.jsonl" plan -json -input=false -detailed-exitcode -parallelism="$PARALLELISM" \
    -lock-timeout="$LOCK_TIMEOUT" -var-file="$VARIABLES" -out="$file" "$@" || status=$?
  # 2 means "there are changes".
  [[ $status == 0 || $status == 2 ]] || return "$status"
}

# make_plan NAME [ARGS...]: plans, counts, and stores the plan under NAME in the run's folder.
make_plan() {
  local name=$1 counts add change destroy lineage
  shift
  plan "$WORK/$name" "$@"
  counts=$(jq --raw-output 'select(.type == "change_summary") | .changes | "\(.add) \(.change) \(.remove)"' "$WORK/plan.jsonl")
  read -r add change destroy <<<"$counts"
  [[ $add =~ ^[0-9]+$ && $change =~ ^[0-9]+$ && $destroy =~ ^[0-9]+$ ]] || die 'Terraform did not say what it planned'
  export_value PLAN_ADD "$add"
  export_value PLAN_CHANGE "$change"
  export_value PLAN_DESTROY "$destroy"
  if [[ $name == destroy.tfplan ]]; then
    ((destroy <= MAX_DELETIONS)) || die "the plan destroys $destroy resources, more than MAX_DELETIONS=$MAX_DELETIONS allows"
    lineage=$(terraform state pull | jq --raw-output '.lineage // empty')
    export_value STATE_LINEAGE "$lineage"
  fi
  store "$WORK/$name" "$name"
}

# apply_plan NAME [ARGS...]: Terraform itself refuses a plan that was made from another state. That is also how a plan
# looks that was applied in part before something failed. Then what is left of it is planned anew, and applied if
# it touches nothing that the stored plan did not.
apply_plan() {
  local name=$1 status=0
  shift
  aws s3 cp --only-show-errors "s3://$CONTROL_BUCKET/$RUN_KEY/$name" "$WORK/$name"
  apply "$WORK/$name" || status=$?
  [[ $status != 0 ]] || return 0
  jq --slurp --exit-status 'any(.[]; .diagnostic.summary == "Saved plan is stale")' "$WORK/apply.jsonl" >/dev/null || return "$status"

  log 'the state has moved since that plan: planning what is left of it'
  plan "$WORK/rest.tfplan" "$@"
  changed_addresses "$WORK/$name" >"$WORK/planned"
  changed_addresses "$WORK/rest.tfplan" >"$WORK/rest"
  local more
  more=$(comm -13 "$WORK/planned" "$WORK/rest")
  [[ -z $more ]] || die "what is left would change more than was planned: ${more//$'\n'/, }"
  apply "$WORK/rest.tfplan"
}

# Prints the addresses that a plan changes, sorted.
changed_addresses() {
  terraform show -json "$1" |
    jq --raw-output '.resource_changes[]? | select(.change.actions | inside(["no-op", "read"]) | not) | .address' | LC_ALL=C sort
}
