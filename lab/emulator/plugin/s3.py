"""moto ignores the conditions of S3 bucket policies, and the lab uses plain HTTP where AWS would use TLS. Of object
versions, moto copies all that a bucket has for each page that it lists."""

import json

from .hooks import when_imported


# These conditions are about how a call came; in the lab, every call counts as one that came by current TLS.
TRANSPORT = ("aws:SecureTransport", "s3:TlsVersion")


@when_imported("moto.iam.access_control")
def _secure_transport(access_control) -> None:
    statement = access_control.IAMPolicyStatement
    permitted = statement.is_action_permitted

    def is_action_permitted(self, *args, **kwargs):
        # Without its condition, the statement "Deny what does not come by TLS" would deny everything.
        condition = json.dumps(self._statement.get("Condition") or {})
        if self._statement.get("Effect") == "Deny" and any(key in condition for key in TRANSPORT):
            return access_control.PermissionResult.NEUTRAL
        return permitted(self, *args, **kwargs)

    statement.is_action_permitted = is_action_permitted


@when_imported("moto.s3.models")
def _first_versions(models) -> None:
    backend = models.S3Backend
    any_page = backend.list_object_versions

    def list_object_versions(
        self,
        bucket_name,
        delimiter=None,
        key_marker=None,
        max_keys=1000,
        prefix="",
        version_id_marker=None,
    ):
        """Returns a page with only its own items copied, so that the time to empty a bucket grows as the bucket
        does."""
        if delimiter or key_marker or version_id_marker or not max_keys:
            return any_page(self, bucket_name, delimiter, key_marker, max_keys, prefix, version_id_marker)
        keys = self.get_bucket(bucket_name).keys
        page = []
        for name in sorted(key for key in list(keys) if key.startswith(prefix)):
            newest_first = sorted(keys.getlist(name, []), key=lambda version: version.last_modified, reverse=True)
            for version in newest_first:
                if len(page) == max_keys:
                    return *_kinds(models, page), page[-1].name, page[-1].version_id
                version.is_latest = version is newest_first[0]
                page.append(version)
        return *_kinds(models, page), None, None

    backend.list_object_versions = list_object_versions


def _kinds(models, page):
    """Returns versions, common prefixes and delete markers, as moto does."""
    versions = [one for one in page if isinstance(one, models.FakeKey)]
    return versions, [], [one for one in page if not isinstance(one, models.FakeKey)]
