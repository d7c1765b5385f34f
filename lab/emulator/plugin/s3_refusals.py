"""S3 as it answers in recordings (lab/test/integration/recorded/) where moto does not: what a lock refuses, the markers of
what was never there, a bucket with versions, and a notification that nobody would get."""

from datetime import datetime, timezone

from .hooks import when_imported

NEVER_THERE = "The specified version does not exist."
LOCKED = "Access Denied because object protected by object lock."


@when_imported("moto.s3.exceptions")
def _wording(exceptions) -> None:
    def init(self):
        exceptions.S3ClientError.__init__(self, "InvalidRequest", "Bucket is missing Object Lock Configuration")

    exceptions.LockNotEnabled.__init__ = init


def _time(text) -> datetime:
    return datetime.fromisoformat(str(text).replace("Z", "+00:00")).astimezone(timezone.utc)


@when_imported("moto.s3.models")
def _locks(models) -> None:
    from moto.s3.exceptions import S3ClientError

    put = models.S3Backend.put_object_retention

    def put_object_retention(self, bucket_name, key_name, version_id, retention):
        mode, until = retention
        key = self.get_object(bucket_name, key_name, version_id=version_id)
        if until and _time(until) <= datetime.now(timezone.utc):
            raise S3ClientError("InvalidArgument", "The retain until date must be in the future!")
        # Nobody shortens the retention of this mode, or takes it off.
        if key is not None and key.lock_mode == "COMPLIANCE" and key.is_locked(governance_bypass=False):
            if mode != "COMPLIANCE" or not until or _time(until) < _time(key.lock_until):
                raise S3ClientError("AccessDenied", LOCKED)
        return put(self, bucket_name, key_name, version_id, retention)

    models.S3Backend.put_object_retention = put_object_retention


@when_imported("moto.s3.responses")
def _lock_headers(responses) -> None:
    from moto.s3.exceptions import S3ClientError

    details = responses.S3Response._get_lock_details

    def lock_details(self, bucket, lock_enabled):
        mode = self.headers.get("x-amz-object-lock-mode")
        until = self.headers.get("x-amz-object-lock-retain-until-date")
        if bool(mode) != bool(until):
            raise S3ClientError(
                "InvalidArgument", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied"
            )
        return details(self, bucket, lock_enabled)

    responses.S3Response._get_lock_details = lock_details


@when_imported("moto.s3.models")
def _buckets(models) -> None:
    from moto.s3.exceptions import AccessDeniedByLock, S3ClientError

    backend = models.S3Backend
    create, delete, delete_object = backend.create_bucket, backend.delete_bucket, backend.delete_object

    def create_bucket(self, *args, **kwargs):
        bucket = create(self, *args, **kwargs)
        bucket.encryption = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}}
        return bucket

    def delete_bucket(self, bucket_name):
        bucket = self.get_bucket(bucket_name)
        if bucket.keys and bucket.is_versioned:
            raise S3ClientError(
                "BucketNotEmpty",
                "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
            )
        return delete(self, bucket_name)

    def delete_one(self, bucket_name, key_name, version_id=None, bypass=False):
        bucket = self.get_bucket(bucket_name)
        if bucket.is_versioned and version_id is None and key_name not in bucket.keys:
            absent = models.FakeKey(name=key_name, value=b"", account_id=self.account_id, region_name=bucket.region_name)
            marker = models.FakeDeleteMarker(key=absent)
            bucket.keys[key_name] = marker
            return True, {"version-id": marker.version_id, "delete-marker": "true"}
        try:
            return delete_object(self, bucket_name, key_name, version_id=version_id, bypass=bypass)
        except AccessDeniedByLock as error:
            error.message = LOCKED
            raise

    backend.create_bucket = create_bucket
    backend.delete_bucket = delete_bucket
    backend.delete_object = delete_one


@when_imported("moto.s3.responses")
def _deletions(responses) -> None:
    """DeleteObjects reports the version of each error, the marker that it deletes, and a version that is not there."""
    import xmltodict
    from moto.s3.models import FakeDeleteMarker

    answer = responses.S3Response._bucket_response_delete_keys
    result = responses.ActionResult

    def versions(bucket, key):
        return {one.version_id: one for one in bucket.keys.getlist(key, [])}

    def delete_keys(self, bucket_name, authenticated=True):
        asked = xmltodict.parse(self.body, strip_whitespace=False)["Delete"].get("Object", [])
        asked = asked if isinstance(asked, list) else [asked]
        bucket = self.backend.get_bucket(bucket_name)
        known = {one["Key"]: versions(bucket, one["Key"]) for one in asked}

        def complete(inner):
            missing = []
            for one in inner["Deleted"]:
                version = one["VersionId"]
                if not version:
                    continue
                found = known[one["Key"]].get(version)
                if isinstance(found, FakeDeleteMarker):
                    one.update(DeleteMarker=True, DeleteMarkerVersionId=version)
                if found is None and bucket.is_versioned:
                    missing.append(one)
            inner["Deleted"] = [one for one in inner["Deleted"] if one not in missing]
            of_key = {one["Key"]: one.get("VersionId") for one in asked}
            for error in inner["Errors"]:
                error["VersionId"] = of_key.get(error["Key"])
            for one in missing:
                inner["Errors"].append(
                    {"Key": one["Key"], "VersionId": one["VersionId"], "Code": "NoSuchVersion", "Message": NEVER_THERE}
                )
            return result(inner)

        responses.ActionResult = complete
        try:
            return answer(self, bucket_name, authenticated)
        finally:
            responses.ActionResult = result

    responses.S3Response._bucket_response_delete_keys = delete_keys


@when_imported("moto.s3.models")
def _notifications(models) -> None:
    from moto.s3.exceptions import S3ClientError

    put = models.S3Backend.put_bucket_notification_configuration

    def put_configuration(self, bucket_name, notification_config):
        # Only queues are checked here, and their policies are not read.
        for one in (notification_config or {}).get("QueueConfiguration") or []:
            from moto.sqs.models import sqs_backends

            _, _, _, region, account, name = one["Queue"].split(":")
            if name not in sqs_backends[account][region].queues:
                raise S3ClientError("InvalidArgument", "Unable to validate the following destination configurations")
        return put(self, bucket_name, notification_config)

    models.S3Backend.put_bucket_notification_configuration = put_configuration
