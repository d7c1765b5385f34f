# shellcheck shell=bash
# Sourced. Destroys what a plan destroys, and says who uses what AWS refuses to delete: a function that reads the account is asked
# for that, as this build's role knows an environment's own resources and no others.

# A destroy fails for reasons that pass: an interface that AWS has not let go of yet, a throttled call. So it goes on for
# as long as each attempt leaves less than the one before, and something is left that can pass.
readonly DESTROY_ATTEMPTS=6 DESTROY_PAUSE=${DESTROY_PAUSE:-10}
# After so many seconds of waiting for one resource, the log says who uses it.
readonly LONG_WAIT=180 WATCH_PAUSE=${WATCH_PAUSE:-10}

# A plan of another size than an environment has was made from the wrong state, or by the wrong configuration. Whose
# state it was, the lineage tells: the caller compares it with what it took stock of.
limit_deletions() {
  ((PLAN_DESTROY <= MAX_DELETIONS)) ||
    die "the plan destroys $PLAN_DESTROY resources, more than MAX_DELETIONS=$MAX_DELETIONS allows"
  local of
  of=$(planned_lineage "$1")
  require_not_handed_over "$1"
  export_value STATE_LINEAGE "$of"
}

# require_not_handed_over NAME: what has got another owner's tags since Terraform wrote it is not destroyed: another environment has imported
# it, and this one's state still lists it. The plan has the state as it was (tfstate-prev), and as it is in AWS (tfstate).
require_not_handed_over() {
  local handed
  unzip -p "$WORK/$1" tfstate-prev >"$WORK/before.tfstate" && unzip -p "$WORK/$1" tfstate >"$WORK/now.tfstate" ||
    die "$1 does not have the state that it was made from"
  handed=$(jq --null-input --raw-output --slurpfile before "$WORK/before.tfstate" --slurpfile now "$WORK/now.tfstate" \
    --arg environment "$ENVIRONMENT" --arg project "${PROJECT:-}" '
    def tags: [.resources[]? | select(.mode == "managed") | . as $one | .instances[]? | {
      key: (([$one.module // empty, $one.type, $one.name] | join(".")) + if .index_key == null then "" else "[\(.index_key | tojson)]" end),
      value: (.attributes.tags_all // .attributes.tags // {})}] | from_entries;
    ($before[0] | tags) as $before
    | [$now[0] | tags | to_entries[] | .key as $address | .value as $is
      | {environment: $environment, project: $project} | to_entries[]
      | select($before[$address][.key] == .value and $is[.key] != null and $is[.key] != .value)
      | "\($address) is tagged \(.key)=\($is[.key])"] | unique | join("; ")') || die "the states in $1 could not be compared"
  [[ -z $handed ]] || die "nothing is destroyed, since it is another owner's by now: $handed. Take it out of the state of $ENVIRONMENT (terraform state rm), or give it its tags back"
}

# destroy_plan NAME
destroy_plan() {
  local before left attempt present lines=$WORK/apply.jsonl
  present=$(lineage) || die 'the present state could not be read'
  require_state_of "$1" "$present"
  start_watching "$lines"
  if apply_plan "$1" -destroy; then return 0; fi
  before=$(changed_addresses "$WORK/$1" | wc -l)
  for ((attempt = 2; attempt <= DESTROY_ATTEMPTS; attempt++)); do
    name_blockers "$lines"
    left=$(resources_in_state)
    ((left < before)) || fail_destroy "the destroy is stuck: $left resources are left, as many as before" "$lines"
    [[ $WAITING_HELPS == yes ]] || fail_destroy "the destroy does not go on: $left resources are left, and nothing that is in the way passes with time" "$lines"
    log "the destroy failed with $left of $before resources left: attempt $attempt in $DESTROY_PAUSE s"
    before=$left
    sleep "$DESTROY_PAUSE"
    if apply_rest "$1" -destroy; then return 0; fi
  done
  name_blockers "$lines"
  fail_destroy "the destroy failed $DESTROY_ATTEMPTS times, $(resources_in_state) resources are left" "$lines"
}

# fail_destroy WHY LINES: hands the reason to the buildspec, from which it reaches the execution's cause.
fail_destroy() {
  local why
  why="$1. ${BLOCKERS:+$BLOCKERS. }$(errors_of "$2")"
  die "$why"
}

resources_in_state() {
  terraform state pull | jq --slurp '[.[].resources[]? | select(.mode == "managed") | .instances | length] | add // 0'
}

# errors_of LINES: what Terraform complained of, in one line.
errors_of() {
  jq --raw-input --raw-output 'fromjson? | objects | .diagnostic | objects | select(.severity == "error") |
    "\(.address // "terraform"): \(.summary) \(.detail // "" | gsub("\\s+"; " "))"' "$1" 2>/dev/null | paste -sd ';' - || true
}

# deletions LINES WHICH: address, type and id of each resource whose deletion FAILED, with the error, or has WAITED for long, as JSON.
deletions() {
  local found
  found=$(jq --raw-input --slurp --compact-output --arg which "$2" --argjson seconds "$LONG_WAIT" '
    [split("\n")[] | fromjson? | objects] as $lines
    | [$lines[].diagnostic | objects | select(.severity == "error" and .address != null)
      | {key: .address, value: "\(.summary) \(.detail)"[:1000]}] as $errors
    | ($errors | from_entries) as $failed
    | [$lines[] | select(.type | IN("apply_complete", "apply_errored")) | .hook.resource.addr] as $over
    | [$lines[] | select(.type == "apply_progress" and .hook.elapsed_seconds >= $seconds) | .hook.resource.addr] as $long
    | [$lines[] | select(.type == "apply_start" and .hook.action == "delete") | .hook
      | {address: .resource.addr, type: .resource.resource_type, id: (.id_value // "")} | .address as $address
      | select(.id != "" and (if $which == "FAILED" then $failed | has($address)
        else ($address | IN($long[])) and ($address | IN($over[]) | not) end))
      | if $which == "FAILED" then .error = $failed[$address] else . end]
    | unique | .[:20]' "$1" 2>/dev/null) || found='[]'
  echo "$found"
}

# ask_blockers RESOURCES: prints who uses them, as JSON. Nothing depends on an answer.
ask_blockers() {
  local folder
  if [[ -z ${BLOCKERS_FUNCTION:-} || $1 == '[]' ]]; then
    echo '[]'
    return 0
  fi
  folder=$(mktemp -d "$WORK/blockers.XXXX")
  jq --null-input --arg environment "$ENVIRONMENT" --arg prefix "$PREFIX" --argjson resources "$1" \
    '{environment: $environment, prefix: $prefix, resources: $resources}' >"$folder/question"
  nice aws lambda invoke --function-name "$BLOCKERS_FUNCTION" --payload "fileb://$folder/question" "$folder/answer" \
    >"$folder/meta" 2>&1 || true
  jq --compact-output '.blockers | arrays' "$folder/answer" 2>/dev/null | grep . || echo '[]'
}

# sentences BLOCKERS: one after the other.
sentences() {
  jq --raw-output '[.[] | "\(.address) (\(.id)): \(.why)"] | join("; ")' <<<"$1"
}

# name_blockers LINES: BLOCKERS says who uses what could not be deleted, WAITING_HELPS whether any of it can pass. What nobody
# is known to use may pass, as far as anybody knows.
name_blockers() {
  local found failed
  found=$(ask_blockers "$(deletions "$1" FAILED)")
  BLOCKERS=$(sentences "$found")
  failed=$(jq --raw-input 'fromjson? | objects | .diagnostic | objects | select(.severity == "error") | .address // "none"' "$1" | sort -u | wc -l)
  WAITING_HELPS=yes
  if ((failed > 0)) && jq --exit-status --argjson failed "$failed" \
    'length == $failed and all(.[]; .kind != "passes")' <<<"$found" >/dev/null; then
    WAITING_HELPS=no
  fi
}

# start_watching LINES: says once of each resource that is waited for, while it is waited for, who uses it.
start_watching() {
  stop_watching
  watch_waits "$1" &
  watcher=$!
  disown "$watcher"
}

stop_watching() {
  [[ -z ${watcher:-} ]] || kill "$watcher" 2>/dev/null || true
  watcher=''
}

# watch_waits LINES: ends with the build's shell, however that ends.
watch_waits() {
  local waiting fresh asked='[]'
  while kill -0 $$ 2>/dev/null; do
    # What is left of it when the watcher is ended keeps nobody waiting for the build's output.
    sleep "$WATCH_PAUSE" >/dev/null 2>&1
    waiting=$(deletions "$1" WAITED)
    fresh=$(jq --null-input --compact-output --argjson waiting "$waiting" --argjson asked "$asked" '$waiting - $asked')
    [[ $fresh != '[]' ]] || continue
    asked=$(jq --null-input --compact-output --argjson fresh "$fresh" --argjson asked "$asked" '$asked + $fresh')
    fresh=$(sentences "$(ask_blockers "$fresh")")
    [[ -z $fresh ]] || log "not deleted in $((LONG_WAIT / 60)) minutes: $fresh"
  done
}
