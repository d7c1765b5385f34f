"""Through the lab's gateway, the plug-in calls AWS services as CloudFormation or Lambda would."""

import threading
from functools import lru_cache

#: Every call that the emulator itself sends has this header.
ORIGIN = "x-lab-origin"

_endpoint: str | None = None
_session_lock = threading.Lock()


def set_endpoint(endpoint: str) -> None:
    global _endpoint
    _endpoint = endpoint
    client.cache_clear()


def endpoint() -> str:
    if _endpoint is None:
        raise RuntimeError("the emulator has not been told where the lab's gateway is")
    return _endpoint


@lru_cache(maxsize=64)
def client(service: str, region: str):
    """Returns a boto3 client that calls through the gateway. Clients are thread-safe and slow to create, so they are
    kept."""
    import boto3
    from botocore.config import Config

    config = Config(retries={"total_max_attempts": 1}, read_timeout=920, s3={"addressing_style": "path"})
    # The creation of a client uses the session's shared loaders, which are not thread-safe.
    with _session_lock:
        made = boto3.client(
            service,
            region_name=region,
            endpoint_url=endpoint(),
            aws_access_key_id="cloudformation",
            aws_secret_access_key="lab",
            config=config,
        )
    # The gateway may hand a call on to the emulator, which must recognise its own.
    made.meta.events.register("before-sign.*.*", _mark)
    return made


def _mark(request, **_kwargs) -> None:
    request.headers[ORIGIN] = "emulator"
