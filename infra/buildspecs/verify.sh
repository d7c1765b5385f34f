# This is the first phase of every build. CodeBuild has unpacked the archive here, and nothing of it has run. The CodeBuild
# project has the commands of a build, so nobody can skip this phase by replacing an archive. archiveDigest() in
# lib/builds/source-archive.ts computes the same digest of what was deployed.
if [[ $BUNDLE_SHA256 != unknown ]]; then
  found=$(find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
  if [[ ${found%% *} != "$BUNDLE_SHA256" || -n $(find . ! -type f ! -type d) ]]; then
    export REFUSED="the source of this build is not the configuration that the environment's record names: its SHA-256 is ${found%% *} and must be $BUNDLE_SHA256. Nothing of it has run. Restore the version of the archive that was there: the bucket is versioned"
    echo "ERROR: $REFUSED" >&2
    false
  fi
fi
