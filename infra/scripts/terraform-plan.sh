# shellcheck shell=bash
# Sourced. Makes a plan in one build and applies exactly that plan in another.

# plan FILE [ARGS...]: PLAN_CHANGES says whether there is anything to apply.
plan() {
  local file=$1 status=0
  shift
  run_or_release "$WORK/plan.jsonl" plan -json -input=false -detailed-exitcode -parallelism="$PARALLELISM" \
    -lock-timeout="$LOCK_TIMEOUT" -var-file="$VARIABLES" -out="$file" "$@" || status=$?
  end_if_stopped "$status"
  # 2 means "there are changes".
  if [[ $status != 0 && $status != 2 ]]; then
    explain_failure "$(errors_of "$WORK/plan.jsonl")"
    return "$status"
  fi
  PLAN_CHANGES=no
  [[ $status == 0 ]] || PLAN_CHANGES=yes
}

# make_plan NAME [ARGS...]: plans into the build's own folder, and counts.
make_plan() {
  local name=$1 counts add change destroy
  shift
  plan "$WORK/$name" "$@"
  counts=$(jq --raw-output 'select(.type == "change_summary") | .changes | "\(.add) \(.change) \(.remove)"' "$WORK/plan.jsonl")
  read -r add change destroy <<<"$counts"
  [[ $add =~ ^[0-9]+$ && $change =~ ^[0-9]+$ && $destroy =~ ^[0-9]+$ ]] || die 'Terraform did not say what it planned'
  export_value PLAN_ADD "$add"
  export_value PLAN_CHANGE "$change"
  export_value PLAN_DESTROY "$destroy"
  PLAN_DESTROY=$destroy
}

# planned_lineage NAME: that of the state which a plan was made from. The plan has it, and to ask the state would tell of
# the state that is there by now. Version 1.11 of Terraform keeps it so, and builds run no other.
planned_lineage() {
  unzip -p "$WORK/$1" tfstate | jq --exit-status --raw-output '.lineage | strings' || die "$1 does not say which state it was made from"
}

lineage() {
  terraform state pull | jq --raw-output '.lineage // empty'
}

known_lineage() {
  cat "$WORK/found/$LINEAGE" 2>/dev/null || true
}

# A teardown may have taken the backend and left something else: the state that is made now is another one, and that is right. It has listed
# what was in the state before: without that list, somebody has removed the state of what stands.
forget_lineage_of_gone_state() {
  local known
  known=$(known_lineage)
  [[ -n $known && -z $(lineage) ]] || return 0
  [[ -f $WORK/found/$INVENTORY ]] ||
    die "the state s3://$LEFT_BUCKET/$LEFT_KEY is not there, the last plan of $RUN was made from $known, and no teardown has destroyed what was in it: nothing is made. Put it back; its versions are in the bucket"
  : >"$WORK/$LINEAGE"
  cp "$WORK/$LINEAGE" "$WORK/found/$LINEAGE"
  store "$WORK/$LINEAGE"
}

# keep_lineage NAME: for the teardown, which destroys no other state's resources.
keep_lineage() {
  local known now
  known=$(known_lineage)
  now=$(planned_lineage "$1")
  [[ -z $known || $known == "$now" ]] ||
    die "the state s3://$LEFT_BUCKET/$LEFT_KEY has lineage $now, the last plan of $RUN was made from $known: somebody has replaced it. Put the right one back; its versions are in the bucket"
  printf '%s' "$now" >"$WORK/$LINEAGE"
}

# name_others NAME: exports what a plan changes besides giving the services new task definitions, or "none". A service or a
# database that is made anew is an outage, and no rollout.
name_others() {
  local others
  others=$(terraform show -json "$WORK/$1" | jq --raw-output '
    [.resource_changes[]? | .change.actions as $actions
      | select($actions | inside(["no-op", "read"]) | not)
      | select((.type == "aws_ecs_task_definition" and $actions != ["delete"])
          or (.type == "aws_ecs_service" and $actions == ["update"]) | not)
      | "\(.address) (\($actions | join(", ")))"]
    | if length == 0 then "none" elif length > 8 then "\(.[:8] | join("; ")); and \(length - 8) more" else join("; ") end')
  PLAN_OTHERS=$others
  export_value PLAN_OTHERS "$others"
}

# make_repositories: makes those that are not there. What else would change of them is up to the plan, and to whoever may refuse that.
make_repositories() {
  local -a new
  plan "$WORK/repositories.tfplan" -target=aws_ecr_repository.service
  [[ $PLAN_CHANGES == yes ]] || return 0
  require_destroyable repositories.tfplan
  mapfile -t new < <(jq --raw-output '.resource_changes[]? | select(.type == "aws_ecr_repository" and .change.actions == ["create"]) | .address' "$WORK/shown.json")
  if ((${#new[@]} == 0)); then
    log 'the repositories are there'
    return 0
  fi
  if jq --exit-status 'any(.resource_changes[]?; .type == "aws_ecr_repository" and .change.actions == ["update"])' "$WORK/shown.json" >/dev/null; then
    plan "$WORK/repositories.tfplan" "${new[@]/#/-target=}"
    require_destroyable repositories.tfplan
  fi
  apply "$WORK/repositories.tfplan" || die "the repositories could not be created. $(errors_of "$WORK/apply.jsonl")"
}

# require_destroyable NAME: nobody has reviewed the plan of the repositories, so it makes nothing else, takes away nothing, and makes
# nothing that a teardown could not delete: this project pushes images into them.
require_destroyable() {
  local refused
  terraform show -json "$WORK/$1" >"$WORK/shown.json" || die "$1 could not be read"
  refused=$(jq --raw-output '
    [.resource_changes[]? | select(.mode == "managed" and .type == "aws_ecr_repository" and .change.actions - ["no-op", "read", "create", "update"] != [])
      | "\(.address) (\(.change.actions | join(", ")))"] | unique | join("; ")' "$WORK/shown.json") || die "$1 could not be read"
  [[ -z $refused ]] || die "nothing is made, since nobody has approved it: $refused. A repository takes its images with it, and the plan that a person may refuse comes later. Undo that change in the Terraform root, or tear the environment down and provision it again"
  refused=$(jq --raw-output --arg project "$PROJECT" --arg environment "$ENVIRONMENT" '
    {project: $project, environment: $environment} as $own
    | [.resource_changes[]? | select(.mode == "managed" and (.change.actions | inside(["no-op", "read"]) | not))
      | .address as $address | .change.after as $after
      | if .type != "aws_ecr_repository" then
          "\($address) is no repository: let the repositories depend on nothing that this root makes"
        elif .type == "aws_ecr_repository" and $after != null then
          ($own | to_entries[] | select($after.tags_all[.key] != .value)
            | "\($address) has the tag \(.key)=\($after.tags_all[.key] // "(none)"), and a teardown asks for \(.key)=\(.value): set default_tags of the provider"),
          (select($after.force_delete != true) | "\($address) keeps its images from being deleted: set force_delete to true")
        else empty end] | unique | join("; ")' "$WORK/shown.json") || die "$1 could not be read"
  [[ -z $refused ]] || die "nothing is made, since a teardown could not take it away again: $refused"
}

# For jq: what the configuration of a plan sets, by address without indices, which it does not know; it names a resource of a module by
# the module's calls.
readonly CONFIGURED='
    def configuration($prefix): (.resources[]? | {key: ($prefix + .address), value: {key: .provider_config_key, set: (.expressions // {} | keys)}}),
      (.module_calls // {} | to_entries[] | .key as $name | .value.module // {} | configuration($prefix + "module." + $name + "."));
    def configured: [.configuration.root_module // {} | configuration("")] | from_entries;
    def unindexed: gsub("\\[(?:\"(?:[^\"\\\\]|\\\\.)*\"|[0-9]+)\\]"; "");'

# describe_plan NAME: prints what a plan changes and what it leaves, of each resource that Terraform manages, and what else tells
# whether a teardown can take that away again; without the values that Terraform calls sensitive.
describe_plan() {
  terraform show -json "$WORK/$1" >"$WORK/shown.json" || die "$1 could not be read"
  list_lifecycles "$1" >"$WORK/lifecycles.json" || die "the configuration in $1 could not be read"
  jq --slurpfile lifecycles "$WORK/lifecycles.json" "$CONFIGURED"'
    def hide($marks): if $marks == true then "(sensitive)"
      elif type == "object" and ($marks | type) == "object" then with_entries(.key as $key | .value |= hide($marks[$key]))
      elif type == "array" and ($marks | type) == "array" then [range(length) as $at | .[$at] | hide($marks[$at])]
      else . end;
    def every: ., (.child_modules[]? | every);
    configured as $configuration
    | {
      resource_changes: [.resource_changes[]? | select(.mode != "data")
        | $configuration[.address | unindexed] as $own
        | {address, type, index, provider: .provider_name, providerKey: $own.key, configured: $own.set, change: (.change | . as $change | {
          actions, importing, after_unknown, before: (.before | hide($change.before_sensitive)), after: (.after | hide($change.after_sensitive))})}],
      outputVpcs: [.planned_values.outputs // {} | .[] | select(.sensitive != true) | .value | select(type == "string" and startswith("vpc-"))] | unique,
      foundVpcs: [.prior_state.values.root_module // {} | every | .resources[]? | select(.mode == "data" and .type == "aws_vpc")
        | {id: .values.id, tags: .values.tags}],
      lifecycles: $lifecycles
    }' "$WORK/shown.json"
}

# list_lifecycles NAME: prints the files that mention prevent_destroy, of the configuration that a plan was made from. The plan has it
# in folders tfconfig/m-<module>. Version 1.11 of Terraform keeps it so, and builds run no other.
list_lifecycles() {
  local folder=$WORK/tfconfig file path
  mkdir -p "$folder/tfconfig"
  unzip -q -o "$WORK/$1" 'tfconfig/*' -d "$folder" || return
  grep --recursive --files-with-matches --null prevent_destroy "$folder/tfconfig" | while IFS= read -r -d '' file; do
    path=${file#"$folder/tfconfig/m-"}
    jq --null-input --arg in "${path%%/*}" --arg name "${path##*/}" --rawfile text "$file" '{module: $in, file: $name, $text}' || exit
  done
  # Nothing that matches is no failure of grep's.
  [[ ${PIPESTATUS[0]} -le 1 && ${PIPESTATUS[1]} == 0 ]]
}

# require_state_of NAME LINEAGE: all environments have the same addresses, so nothing but the lineage tells their states apart.
# Where a plan was made from no state, the state is the one that its apply has made.
require_state_of() {
  local planned
  planned=$(planned_lineage "$1") || exit 1
  [[ -n $planned ]] || planned=$(known_lineage)
  [[ $2 == "$planned" ]] ||
    die "the state s3://$LEFT_BUCKET/$LEFT_KEY has lineage ${2:-(none)}, $1 was made from ${planned:-(none)}: somebody has replaced it, and nothing is applied to it. Put the right one back; its versions are in the bucket"
}

# keep_first_lineage NAME, after it was applied: a plan that was made from no state is applied to none but that, so the state that is
# there now is its own. A build that takes up where this one failed knows it by that.
keep_first_lineage() {
  local planned now
  planned=$(planned_lineage "$1") || exit 1
  [[ -z $planned ]] || return 0
  now=$(lineage) || die 'the present state could not be read'
  [[ -n $now || ! -f $WORK/$ERRORED ]] || now=$(jq --raw-output .lineage "$WORK/$ERRORED")
  [[ -n $now ]] || return 0
  printf '%s' "$now" >"$WORK/$LINEAGE"
  store "$WORK/$LINEAGE"
}

# apply_made_from_state NAME: as apply. A plan of another state is never made anew: that would be a plan of what is not ours.
apply_made_from_state() {
  local status=0
  apply "$WORK/$1" || status=$?
  ! ended_with 'Saved plan does not match the given state' ||
    die "$1 was made from another state than the one that is there, s3://$LEFT_BUCKET/$LEFT_KEY: nothing is applied to that. Put the right one back, its versions are in the bucket, or plan anew. $(errors_of "$WORK/apply.jsonl")"
  return "$status"
}

# A destroy is tried again, and says at its end why.
explain_apply() {
  [[ $COMMAND == destroy ]] || explain_failure "$(errors_of "$WORK/apply.jsonl")"
}

# ended_with SUMMARY: whether Terraform complained of that when it applied.
ended_with() {
  jq --raw-input --null-input --exit-status --arg summary "$1" \
    'any(inputs | fromjson? | objects | .diagnostic | objects; .summary == $summary)' "$WORK/apply.jsonl" >/dev/null
}

readonly STALE='Saved plan is stale'

# apply_plan NAME [ARGS...], after it was fetched: Terraform itself refuses a plan that was made from another state. But
# so does a plan look that was applied in part before something failed, and a build must be able to take up where one
# failed. So what is left of it is planned anew, and applied if it does nothing that the stored plan did not.
apply_plan() {
  local name=$1 status=0
  shift
  apply_made_from_state "$name" || status=$?
  if ! ended_with "$STALE"; then
    [[ $status == 0 ]] || explain_apply
    [[ $COMMAND != apply ]] || keep_first_lineage "$name"
    return "$status"
  fi
  log 'the state has moved since that plan: planning what is left of it'
  apply_rest "$name" "$@"
}

# apply_rest NAME [ARGS...]: plans anew, and applies that if it is of the same state and does nothing that the stored plan did not.
apply_rest() {
  local name=$1 lineage
  shift
  plan "$WORK/rest.tfplan" "$@" || die 'what is left could not be planned'
  lineage=$(planned_lineage rest.tfplan) || exit 1
  require_state_of "$name" "$lineage"
  require_no_more "$name"
  apply_made_from_state rest.tfplan || { explain_apply; return 1; }
}

# require_no_more NAME: ends the build unless rest.tfplan does to each address what the stored plan does, or what is left of that:
# the creation after the deletion, the deletion of what a replacement has left behind. What failed while the stored plan made it
# is tainted, and may be made anew. A destroy only deletes. What the configuration sets has the value that the stored plan showed: a data
# source may answer otherwise by now, and nobody has approved that.
require_no_more() {
  local more
  terraform show -json "$WORK/$1" >"$WORK/planned.json" || die 'the plan could not be read'
  terraform show -json "$WORK/rest.tfplan" >"$WORK/rest.json" || die 'the plan of what is left could not be read'
  more=$(jq --null-input --raw-output --slurpfile planned "$WORK/planned.json" --slurpfile rest "$WORK/rest.json" --arg command "$COMMAND" \
    "$CONFIGURED"'
    def changes: [.resource_changes[]? | {address, deposed, reason: .action_reason, actions: .change.actions, after: .change.after, unknown: .change.after_unknown}
      | select(.actions - ["no-op", "read"] != [])];
    def sorted: .actions | sort;
    def pending: any(.. ; . == true);
    # What the configuration sets, and was known when the plan was shown to whoever approved it.
    def shown($attributes): . as $one | [$attributes[]? | select(($one.after | type) == "object" and ($one.unknown[.]? | pending | not))];
    ($planned[0] | configured) as $configured |
    ($planned[0] | changes | group_by(.address) | map({key: .[0].address, value: .}) | from_entries) as $before
    | [$rest[0] | changes[] | . as $left | ($before[.address] // []) as $known
      | any($known[]; .deposed == $left.deposed and .actions == $left.actions) as $same
      | any($known[]; .actions | index("create")) as $made
      | any($known[]; sorted == ["create", "delete"]) as $replaced
      | (if $command == "destroy" then $same and .actions == ["delete"]
        elif $same then true
        elif .deposed != null then $made and .actions == ["delete"]
        elif .actions == ["create"] then $replaced
        else $made and sorted == ["create", "delete"] and .reason == "replace_because_tainted" end) as $fine
      | if $fine then (first($known[] | select(.deposed == $left.deposed and (.actions | any(. == "create" or . == "update")))) // empty) as $was
          | [$was | shown($configured[$left.address | unindexed].set)[] | select($was.after[.] != $left.after[.]?)]
          | if $left.after == null or . == [] then empty else "\($left.address) (\(join(", ")): not as it was planned)" end
        else
        "\(.address) (\($known | map(.actions | join(", ")) | join("; ") | if . == "" then "nothing" else . end) was planned, now \(.actions | join(", "))\(
        if $command == "destroy" then ": a destroy only deletes" else "" end))" end]
    | if length > 8 then .[:8] + ["and \(length - 8) more"] else . end | join("; ")') || die 'the plan of what is left could not be compared'
  [[ -z $more ]] || die "what is left would change more than was planned: $more"
}

# Prints the addresses that a plan changes, sorted.
changed_addresses() {
  terraform show -json "$1" |
    jq --raw-output '.resource_changes[]? | select(.change.actions | inside(["no-op", "read"]) | not) | .address' | LC_ALL=C sort
}
