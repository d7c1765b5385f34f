"""The module resolves dynamic references, as CloudFormation does right before it creates or updates a resource.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re
from collections.abc import Callable
from typing import Any

_REFERENCE = re.compile(r"\{\{resolve:([a-z-]+):([^{}]+)\}\}")

#: Returns the client of a service.
Client = Callable[[str], Any]


def resolve(value: Any, client: Client) -> Any:
    """Returns properties with the values of their dynamic references. A value appears in no event and no template."""
    if isinstance(value, dict):
        return {key: resolve(part, client) for key, part in value.items()}
    if isinstance(value, list):
        return [resolve(part, client) for part in value]
    if not isinstance(value, str) or "{{resolve:" not in value:
        return value
    return _REFERENCE.sub(lambda found: _value(found[1], found[2], client), value)


def _value(service: str, reference: str, client: Client) -> str:
    if service == "secretsmanager":
        return _secret(reference, client)
    if service == "ssm":
        name, _, version = reference.partition(":")
        found = client("ssm").get_parameter(Name=f"{name}:{version}" if version else name)
        return found["Parameter"]["Value"]
    raise NotImplementedError(f"Dynamic references to {service} are not supported by the lab")


def _secret(reference: str, client: Client) -> str:
    # The id may be an ARN, which has colons of its own.
    secret, _, rest = reference.partition(":SecretString")
    key, stage, version = (rest.lstrip(":").split(":") + ["", "", ""])[:3]
    given = {"VersionStage": stage, "VersionId": version}
    found = client("secretsmanager").get_secret_value(
        SecretId=secret, **{name: value for name, value in given.items() if value}
    )
    text = found["SecretString"]
    if not key:
        return text
    try:
        return str(json.loads(text)[key])
    except (ValueError, KeyError, TypeError):
        raise ValueError("Could not find a value associated with JSONKey in SecretString") from None
