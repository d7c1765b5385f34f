#!/usr/bin/env bash
# The usage is empty-bucket.sh BUCKET. This is the usual answer to "delete object versions before retrying" (§6.2).
set -euo pipefail
bucket=$1
aws s3api list-object-versions --bucket "$bucket" --output json |
  jq --raw-output '(.Versions // []) + (.DeleteMarkers // []) | .[] | [.Key, .VersionId] | @tsv' |
  while IFS=$'\t' read -r key version; do
    aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$version" >/dev/null
  done
