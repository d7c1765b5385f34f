# shellcheck shell=bash
# Sourced. Takes up what a build that was killed has left behind: a state that it could not write, a state whose checksum
# it could not write, a lock. LEFT_BUCKET, LEFT_KEY, LEFT_TABLE say where the root's state and locks are.

# Says whose state the run's last plan was made from: what an apply that dies has made is in that one.
readonly LINEAGE=stack.lineage
# What a teardown has listed before it destroyed anything.
readonly INVENTORY=inventory.json
readonly LOCK_REFUSED='Error acquiring the state lock'
readonly CHECKSUM_MISMATCH='state data in S3 does not have the expected content'

# As Terraform writes it into a lock.
who_locks() {
  printf '%s@%s' "$(id -un)" "$(uname -n)"
}

# remember_builder: a lock says on which machine it was taken; this says which build had that machine.
remember_builder() {
  jq --null-input --arg build "$CODEBUILD_BUILD_ID" --arg who "$(who_locks)" --arg command "$COMMAND" \
    --arg at "$(date -u +%Y-%m-%dT%H:%M:%SZ)" '{build: $build, who: $who, command: $command, at: $at}' >"$WORK/builder.json"
  nice aws s3 cp --only-show-errors "$WORK/builder.json" "s3://$CONTROL_BUCKET/$RUN_KEY/builders/${CODEBUILD_BUILD_ID//:/-}.json"
}

# find_objects BUCKET FOLDER PATTERN...: copies what matches below $WORK/found. What does not exist is no error, and any
# other refusal is one: a copy of a single object cannot tell the two apart.
find_objects() {
  local from=s3://$1/$2/ pattern
  local -a include=()
  for pattern in "${@:3}"; do
    rm -rf "$WORK/found/$pattern"
    include+=(--include "$pattern")
  done
  nice aws s3 cp --only-show-errors --recursive --exclude '*' "${include[@]}" "$from" "$WORK/found/"
}

# What else a command takes from this owner's own folder in the run's: asked for with the rest, in one call.
FOUND_OWN=()
# Which of it are the variables that everything has from now on.
NOW_APPLIED=''

find_in_run() {
  local applied=$WORK/applied/${VARIABLES##*/} name
  find_objects "$CONTROL_BUCKET" "$RUN_KEY" "$ERRORED" "$LINEAGE" "$INVENTORY" "${VARIABLES##*/}" "${FOUND_OWN[@]/#/$FENCING/}" || return
  [[ -n $NOW_APPLIED ]] || return 0
  # Whoever misses one says so, and applies nothing.
  for name in "${FOUND_OWN[@]}"; do [[ -f $WORK/found/$FENCING/$name ]] || return 0; done
  mkdir "${applied%/*}" && cp "$WORK/found/$FENCING/$NOW_APPLIED" "$applied" && store "$applied"
}

# with_aftermath COMMAND...: runs `terraform init`, which changes nothing, beside what has to be asked of AWS. One call of the CLI takes a second,
# and gives way to init, which takes longer.
with_aftermath() {
  local asked=0 found=0 status=0
  remember_builder &
  local builder=$!
  # What is found may be kept as what is applied from now on, so ownership is asked first.
  { require_ownership "$COMMAND" && find_in_run; } &
  local errored=$!
  "$@" >"$WORK/init.log" 2>&1 || status=$?
  wait "$builder" || asked=$?
  wait "$errored" || found=$?
  ((found != NOT_OWNED)) || exit "$found"
  if ((status != 0)) && sed 's/│//g' "$WORK/init.log" | tr --squeeze-repeats ' \n' ' ' | grep --quiet "$CHECKSUM_MISMATCH"; then
    forget_checksum
    status=0
    "$@" >"$WORK/init.log" 2>&1 || status=$?
  fi
  cat "$WORK/init.log"
  ((status == 0)) || die "terraform init ended with $status"
  ((asked == 0)) || die 'this build could not be noted in the control bucket: its locks could not be told from a person’s'
  ((found == 0)) || die 'the control bucket could not be searched for a state that an earlier build failed to write, or what is applied could not be kept there'
  push_errored_state
}

# The state is written before its checksum. S3 has been strongly consistent for years, so a checksum that differs is that
# of the state before, and the lineage of the state is checked elsewhere.
forget_checksum() {
  [[ -n $LEFT_TABLE ]] || die "the state s3://$LEFT_BUCKET/$LEFT_KEY has a checksum, and no table that it could be in"
  aws dynamodb delete-item --table-name "$LEFT_TABLE" --key "$(lock_key -md5)" ||
    die "the stale checksum of s3://$LEFT_BUCKET/$LEFT_KEY could not be removed from $LEFT_TABLE"
  log "a build was killed between the state s3://$LEFT_BUCKET/$LEFT_KEY and its checksum: the old checksum is removed"
}

# lock_key SUFFIX
lock_key() {
  jq --null-input --compact-output --arg id "$LEFT_BUCKET/$LEFT_KEY$1" '{LockID: {S: $id}}'
}

# Pushes the state that an earlier build could not write, if it follows the one that is there, and files it away.
push_errored_state() {
  local file=$WORK/found/$ERRORED now=$WORK/now.tfstate
  [[ -f $file ]] || return 0
  local serial lineage present_serial present_lineage
  read -r serial lineage < <(jq --raw-output '"\(.serial) \(.lineage)"' "$file")
  [[ $serial =~ ^[0-9]+$ ]] || die "s3://$CONTROL_BUCKET/$RUN_KEY/$ERRORED is no Terraform state"
  terraform state pull >"$now" || die 'the present state could not be read'
  # Of a state that was never written, Terraform says nothing, or that it has no lineage.
  read -r present_serial present_lineage < <(jq --slurp --raw-output '.[0] // {} | "\(.serial // 0) \(.lineage // "")"' "$now")
  if [[ -n $present_lineage ]]; then
    [[ $lineage == "$present_lineage" ]] ||
      die "$ERRORED of $RUN has lineage $lineage, the present state $present_lineage: it is not pushed. Look at both, then remove s3://$CONTROL_BUCKET/$RUN_KEY/$ERRORED"
    if ! ((serial > present_serial)) && ! cmp --silent <(jq --sort-keys . "$file") <(jq --sort-keys . "$now"); then
      die "$ERRORED of $RUN has serial $serial, the present state $present_serial: it is not pushed. Look at both, then remove s3://$CONTROL_BUCKET/$RUN_KEY/$ERRORED"
    fi
  fi
  if ! terraform state push -lock-timeout="$LOCK_TIMEOUT" "$file" >"$WORK/push.log" 2>&1; then
    grep --quiet "$LOCK_REFUSED" "$WORK/push.log" || die "$ERRORED could not be pushed: $(<"$WORK/push.log")"
    release_dead_lock
    terraform state push -lock-timeout="$LOCK_TIMEOUT" "$file" || die "$ERRORED could not be pushed"
  fi
  aws s3 mv --only-show-errors "s3://$CONTROL_BUCKET/$RUN_KEY/$ERRORED" \
    "s3://$CONTROL_BUCKET/$RUN_KEY/pushed/$serial-$ERRORED" || die "$ERRORED was pushed, but could not be filed away"
  log "the state that an earlier build could not write, serial $serial, is pushed"
}

# run_or_release LINES ARGS...: as run_terraform, and once more when a dead build's lock was in the way.
run_or_release() {
  local status=0
  run_terraform "$@" || status=$?
  if ((status == 1)) && [[ -z $forwarded ]] && grep --quiet "$LOCK_REFUSED" "$1"; then
    release_dead_lock
    status=0
    run_terraform "$@" || status=$?
  fi
  return "$status"
}

# Releases the lock that is held, if it is proven that nobody works under it any more: it was taken on the machine of a
# build of this run, while that build ran, and CodeBuild says that the build is over.
release_dead_lock() {
  local lock id who created operation build status ended
  held_lock >"$WORK/lock.json" || die 'the lock on the state could not be read'
  [[ -s $WORK/lock.json ]] || return 0
  lock=$(jq --raw-output '[.ID, .Who, .Created, .Operation] | @tsv' "$WORK/lock.json") || die "the lock is no lock of Terraform’s: $(<"$WORK/lock.json")"
  IFS=$'\t' read -r id who created operation <<<"$lock"
  local whose="the state s3://$LEFT_BUCKET/$LEFT_KEY is locked by $who since $created ($operation, lock $id)"
  local unlock="if nobody works on it any more: in the root's folder, terraform init with -backend-config bucket=$LEFT_BUCKET, key=$LEFT_KEY${LEFT_TABLE:+, dynamodb_table=$LEFT_TABLE} and use_lockfile=true, then terraform force-unlock $id"
  build=$(builder_of "$who" "$created")
  [[ -n $build ]] || die "$whose; no build of $RUN took it there and then, so it is not released. Ask them; $unlock"
  status='ended before this command'
  if [[ $build != "${CODEBUILD_BUILD_ID:-}" ]]; then
    read -r status ended < <(aws codebuild batch-get-builds --ids "$build" --output json |
      jq --raw-output '.builds[0] | "\(.buildStatus) \(.endTime | if type == "number" then floor | todate else . end)"') || die "$whose; CodeBuild does not tell of $build"
    [[ $status =~ ^(SUCCEEDED|FAILED|FAULT|TIMED_OUT|STOPPED)$ ]] ||
      die "$whose; it is that of build $build, which is ${status:-unknown}: it is not released; $unlock"
  fi
  drop_lock "$id"
  log "released lock $id ($operation) of $who since $created: it was that of build $build, $status${ended:+ at $ended}"
  export_value RELEASED_LOCK "$id of $build"
}

# Prints the lock that is held, as Terraform wrote it; nothing when there is none. The two hold the same one, but a build
# may have been killed between them.
held_lock() {
  local name=${LEFT_KEY##*/}.tflock item
  find_objects "$LEFT_BUCKET" "${LEFT_KEY%/*}" "$name" || return
  if [[ -s $WORK/found/$name ]]; then
    cat "$WORK/found/$name"
  elif [[ -n $LEFT_TABLE ]]; then
    item=$(aws dynamodb get-item --consistent-read --table-name "$LEFT_TABLE" --key "$(lock_key '')" --output json) || return
    [[ -z $item ]] || jq --raw-output '.Item.Info.S // empty' <<<"$item"
  fi
}

# drop_lock ID: from both places, and no other than this one.
drop_lock() {
  local name=${LEFT_KEY##*/}.tflock
  if [[ -s $WORK/found/$name ]]; then
    aws s3 rm --only-show-errors "s3://$LEFT_BUCKET/$LEFT_KEY.tflock" || die "lock $1 could not be released"
  fi
  [[ -n $LEFT_TABLE ]] || return 0
  local -r id=$(jq --null-input --compact-output --arg id "$1" '{":id": {S: $id}}')
  aws dynamodb delete-item --table-name "$LEFT_TABLE" --key "$(lock_key '')" \
    --condition-expression 'attribute_not_exists(LockID) OR contains(Info, :id)' --expression-attribute-values "$id" ||
    die "lock $1 could not be released in $LEFT_TABLE"
}

# builder_of WHO CREATED: the build that was the last to start on that machine before then.
builder_of() {
  find_objects "$CONTROL_BUCKET" "$RUN_KEY" 'builders/*' || die 'the builds of this run could not be read'
  [[ -d $WORK/found/builders ]] || return 0
  cat "$WORK"/found/builders/*.json | jq --slurp --raw-output --arg who "$1" --arg created "${2:0:19}" \
    'map(select(.who == $who and .at[0:19] <= $created)) | max_by(.at) | .build // empty'
}
