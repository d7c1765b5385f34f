#!/usr/bin/env bash
# images.sh: builds and publishes the services' images for COMMIT, unless that is done already, and moves the stable tags
# to them, unless STABLE_TAGS is "keep". Hands API_IMAGE and WORKER_IMAGE, by digest, to the buildspec through the file
# EXPORTS_FILE. The source here is that of BUNDLE_COMMIT: no other commit can be built from it.
set -Eeuo pipefail
shopt -s inherit_errexit

SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly SCRIPTS
# shellcheck source-path=SCRIPTDIR
source "$SCRIPTS/common.sh"
# shellcheck source-path=SCRIPTDIR
source "$SCRIPTS/ownership.sh"

# Must be what the stack's variable cpu_architecture says.
readonly PLATFORM=linux/arm64
# One plain manifest for each tag: with attestations the tag would name an index, which ECR keeps as three images.
export BUILDX_NO_DEFAULT_ATTESTATIONS=1

# What somebody else's tool may have pushed. Without the index among them, ECR may answer with an image of the index.
readonly MEDIA_TYPES=(
  application/vnd.oci.image.index.v1+json
  application/vnd.docker.distribution.manifest.list.v2+json
  application/vnd.oci.image.manifest.v1+json
  application/vnd.docker.distribution.manifest.v2+json
)

# image REPOSITORY TAG: prints ECR's answer about the image that the tag points at.
image() {
  aws ecr batch-get-image --repository-name "$1" --image-ids "imageTag=$2" \
    --accepted-media-types "${MEDIA_TYPES[@]}" --output json
}

# digest REPOSITORY TAG: prints the digest that the tag points at, or nothing if there is no such tag.
digest() {
  image "$1" "$2" |
    jq --raw-output 'if any(.failures[]?; .failureCode != "ImageNotFound") then error(.failures | tostring) else .images[0].imageId.imageDigest // "" end'
}

# move_tag REPOSITORY FROM TO: makes the tag TO point at the image that FROM points at. The manifest is put back byte for
# byte, or it would be another image, and with its media type, which an OCI manifest need not name itself.
move_tag() {
  local found manifest media_type
  found=$(image "$1" "$2")
  manifest=$(jq --exit-status --join-output '.images[0].imageManifest' <<<"$found" && printf .)
  media_type=$(jq --exit-status --raw-output '.images[0].imageManifestMediaType' <<<"$found")
  aws ecr put-image --repository-name "$1" --image-tag "$3" --image-manifest "${manifest%.}" \
    --image-manifest-media-type "$media_type" >/dev/null
}

# look_up SERVICE: asks whether the commit is published.
look_up() {
  digest "$PREFIX-$1" "$COMMIT" >"$WORK/$1.published"
}

# publish SERVICE EXPORT URI DOCKERFILE
publish() {
  local service=$1 export_name=$2 uri=$3 dockerfile=$4
  local repository=$PREFIX-$service found keep=''
  [[ ${STABLE_TAGS:-} != keep ]] || keep=1
  found=$(<"$WORK/$service.published")
  if [[ -n $found ]]; then
    log "$COMMIT is published already"
    if [[ -z $keep && $(digest "$repository" "$service-main") != "$found" ]]; then
      require_ownership images
      move_tag "$repository" "$COMMIT" "$service-main"
    fi
  else
    [[ $COMMIT == "$BUNDLE_COMMIT" ]] ||
      die "commit $COMMIT has no image in $repository, and what is here was made from $BUNDLE_COMMIT: push an image tagged $COMMIT first, or deploy this project at that commit"
    log "building $COMMIT"
    docker build --platform "$PLATFORM" --file "$dockerfile" \
      --tag "$uri:$COMMIT" --tag "$uri:$service-main" .
    require_ownership images
    docker push "$uri:$COMMIT" | tee "$WORK/$service.push"
    [[ -n $keep ]] || docker push "$uri:$service-main"
    found=$(sed -n 's/^.*: digest: \(sha256:[0-9a-f]\{64\}\) size: .*$/\1/p' "$WORK/$service.push")
    # A docker that does not say what the registry has called the image.
    [[ -n $found ]] || found=$(digest "$repository" "$COMMIT")
    [[ -n $found ]] || die "the image was pushed, but $repository has no tag $COMMIT"
  fi
  export_value "$export_name" "$uri@$found"
}

# prefixed SERVICE COMMAND...: each line of two builds at once says whose it is.
prefixed() {
  "${@:2}" 2>&1 | tee "$WORK/$1.log" | sed -u "s/^/$1: /"
}

# last_lines SERVICE...: the end of what the failed builds said, in one line.
last_lines() {
  local service
  for service in "$@"; do
    printf '%s: %s. ' "$service" "$(grep --invert-match '^[[:space:]]*$' "$WORK/$service.log" | tail -n 3 | tr --squeeze-repeats '[:space:]' ' ')"
  done
}

main() {
  local uris api worker password failed=''
  require_account
  check_ownership_variables
  require COMMIT '[0-9a-f]{7,64}' '7 to 64 hexadecimal digits'
  require BUNDLE_COMMIT '[0-9a-f]{7,64}' '7 to 64 hexadecimal digits'
  require API_DOCKERFILE "$PATH_IN_SOURCE" 'a file in the source'
  require WORKER_DOCKERFILE "$PATH_IN_SOURCE" 'a file in the source'
  optional STABLE_TAGS 'keep|move' 'keep or move'
  WORK=$(mktemp -d)
  readonly WORK
  trap 'rm -rf "$WORK"' EXIT
  cd "$SCRIPTS/../.."
  # All at once: one call of the CLI takes a second.
  exec {password}< <(aws ecr get-login-password)
  require_ownership images &
  local owned=$!
  look_up api &
  local first=$!
  look_up worker &
  local second=$!
  uris=$(aws ecr describe-repositories --repository-names "$PREFIX-api" "$PREFIX-worker" --output json |
    jq --raw-output '.repositories | sort_by(.repositoryName) | map(.repositoryUri) | join(" ")')
  read -r api worker <<<"$uris"
  docker login --username AWS --password-stdin "${api%%/*}" <&"$password"
  exec {password}<&-
  wait "$owned" || exit "$NOT_OWNED"
  wait "$first" && wait "$second" || die "ECR does not say whether $COMMIT is published"

  prefixed api publish api API_IMAGE "$api" "$API_DOCKERFILE" &
  first=$!
  prefixed worker publish worker WORKER_IMAGE "$worker" "$WORKER_DOCKERFILE" &
  second=$!
  wait "$first" || failed+=' api'
  wait "$second" || failed+=' worker'
  [[ -z $failed ]] || die "not published:$failed. $(last_lines $failed)"
}

main
