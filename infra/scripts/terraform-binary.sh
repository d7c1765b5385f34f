# shellcheck shell=bash
# Sourced. Terraform of exactly TERRAFORM_VERSION: the one on PATH, or a download whose checksum this repository knows.

ensure_terraform() {
  local version=$1
  if [[ $(terraform version -json 2>/dev/null | jq -r .terraform_version) == "$version" ]]; then
    log "terraform $version is on PATH"
    return
  fi

  local machine archive
  case "$(uname -s)-$(uname -m)" in
    Linux-x86_64) machine=linux_amd64 ;;
    Linux-aarch64) machine=linux_arm64 ;;
    Darwin-x86_64) machine=darwin_amd64 ;;
    Darwin-arm64) machine=darwin_arm64 ;;
    *) die "no Terraform is known for $(uname -s) on $(uname -m)" ;;
  esac
  archive=terraform_${version}_${machine}.zip
  grep -q " $archive\$" "$SCRIPTS/terraform-checksums.txt" ||
    die "terraform $version is not on PATH, and terraform-checksums.txt has no checksum of $archive"

  log "terraform $version is not on PATH; downloading $archive"
  mkdir "$WORK/bin"
  curl --fail --silent --show-error --location --retry 3 --max-time 300 --output "$WORK/$archive" \
    "https://releases.hashicorp.com/terraform/$version/$archive"
  (cd "$WORK" && grep " $archive\$" "$SCRIPTS/terraform-checksums.txt" | sha256sum --check --strict -) ||
    die "$archive is not what its checksum says"
  unzip -q "$WORK/$archive" terraform -d "$WORK/bin"
  PATH=$WORK/bin:$PATH
}
