#!/usr/bin/env bash
# empty-bucket.sh BUCKET: "delete object versions before retrying" (§6.2), as one finds it answered everywhere.
set -euo pipefail
bucket=$1
aws s3api list-object-versions --bucket "$bucket" --output json |
  jq --raw-output '(.Versions // []) + (.DeleteMarkers // []) | .[] | [.Key, .VersionId] | @tsv' |
  while IFS=$'\t' read -r key version; do
    aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$version" >/dev/null
  done
