"""AWS decides about a conditional write and performs it in one step; moto's threads do it in two, between which another
thread may write. Terraform's locks and the claim of an environment depend on the one step."""

from functools import wraps
from threading import RLock

from .hooks import when_imported


def _one_at_a_time(cls: type, *names: str) -> None:
    lock = RLock()

    def guarded(method):
        @wraps(method)
        def call(*args, **kwargs):
            with lock:
                return method(*args, **kwargs)

        return call

    for name in names:
        setattr(cls, name, guarded(getattr(cls, name)))


@when_imported("moto.dynamodb.models")
def _dynamodb(models) -> None:
    _one_at_a_time(models.DynamoDBBackend, "put_item", "update_item", "delete_item", "transact_write_items")


@when_imported("moto.s3.responses")
def _s3(responses) -> None:
    _one_at_a_time(responses.S3Response, "put_object")
