#!/usr/bin/env bash
# Packs the function into terraform/function.zip, with the same bytes on every machine that has the same zip.
set -euo pipefail
cd "$(dirname "$0")/function"
rm -f ../terraform/function.zip
TZ=UTC touch -d 2026-01-01T00:00:00Z index.mjs
TZ=UTC zip -qX ../terraform/function.zip index.mjs
