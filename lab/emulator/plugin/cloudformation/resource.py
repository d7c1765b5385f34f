"""The module has the resources of a stack, and the providers that create, update and delete them by type."""

import secrets
import string
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any

from .. import gateway

Properties = dict[str, Any]


class Replace(Exception):
    """A provider's update raises this when the change needs a new resource."""


@dataclass
class Resource:
    """One resource in its present state. The attribute names are those that moto's own CloudFormation reads."""

    logical_resource_id: str
    cf_resource_type: str
    properties: Properties
    physical_resource_id: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    status: str = "CREATE_IN_PROGRESS"
    status_reason: str | None = None
    deletion_policy: str = "Delete"
    dependencies: set[str] = field(default_factory=set)

    def get_cfn_attribute(self, name: str) -> Any:
        if name not in self.attributes:
            raise ValueError(
                f"Requested attribute {name} does not exist in schema for {self.cf_resource_type} "
                f"({self.logical_resource_id})"
            )
        return self.attributes[name]

    def is_created(self) -> bool:
        return self.status.endswith("_COMPLETE")


@dataclass(frozen=True)
class Request:
    """A request has the resource that a provider has to change, and its stack, account and region."""

    logical_id: str
    type: str
    properties: Properties
    stack_id: str
    stack_name: str
    account: str
    region: str

    def client(self, service: str):
        return gateway.client(service, self.region)

    def name(self, given: str | None, max_length: int = 64, lower: bool = False) -> str:
        """Returns the given name, or one as CloudFormation creates it: stack, logical id and a random end."""
        if given:
            return str(given)
        alphabet = string.ascii_lowercase + string.digits if lower else string.ascii_letters + string.digits
        end = "".join(secrets.choice(alphabet) for _ in range(12))
        stem = f"{self.stack_name}-{self.logical_id}"[: max_length - len(end) - 1].strip("-")
        made = f"{stem}-{end}"
        return made.lower() if lower else made

    def arn(self, service: str, resource: str) -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


@dataclass(frozen=True)
class Made:
    """A provider returns the values of Ref and of GetAtt for what it has created."""

    physical_id: str
    attributes: dict[str, Any] = field(default_factory=dict)


class Provider(ABC):
    """Creates, updates and deletes one type of resource."""

    #: A change of these properties needs a new resource.
    replaced_by: frozenset[str] = frozenset()

    @abstractmethod
    def create(self, request: Request) -> Made: ...

    def update(self, request: Request, resource: Resource) -> Made:
        """Changes `resource` to `request.properties`. The default is a new resource."""
        raise Replace

    @abstractmethod
    def delete(self, request: Request, physical_id: str) -> None: ...


_providers: dict[str, Provider] = {}


def provides(*types: str):
    """The class decorator registers an instance for these resource types."""

    def register(cls: type[Provider]) -> type[Provider]:
        for name in types:
            _providers[name] = cls()
        return cls

    return register


def provider_of(resource_type: str) -> Provider | None:
    found = _providers.get(resource_type)
    if found is None and resource_type.startswith("Custom::"):
        return _providers["AWS::CloudFormation::CustomResource"]
    return found


def lower_keys(value: Any) -> Any:
    """Converts `{"FooBar": 1}` to `{"fooBar": 1}`, at every depth: CloudFormation's spelling to that of some APIs."""
    if isinstance(value, dict):
        return {key[:1].lower() + key[1:]: lower_keys(part) for key, part in value.items()}
    return [lower_keys(part) for part in value] if isinstance(value, list) else value


def pick(properties: Properties, *names: str) -> Properties:
    return {name: properties[name] for name in names if properties.get(name) is not None}


def tag_map(tags: Any) -> dict[str, str]:
    return tags if isinstance(tags, dict) else {tag["Key"]: tag["Value"] for tag in tags or []}
