"""The module brings a stack from one template to the next, or back when a resource fails."""

import logging
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from .. import gateway
from .dynamic import resolve
from .resource import Made, Replace, Request, Resource, provider_of
from .template import dependencies, in_dependency_order

log = logging.getLogger("lab.cloudformation")

Evaluate = Callable[[Any], Any]
#: The function gets each resource whose status has changed.
Observe = Callable[[Resource], None]

MISSING = ("NotFound", "NoSuch", "ResourceNotFound", "DoesNotExist", "NonExistent")


class DeploymentFailed(Exception):
    """A resource could not be created or updated; the message names it."""


class Deployment:
    """A deployment is one run over a stack's resources. `resources` is the stack's own table and is changed in
    place."""

    def __init__(self, stack, resources: dict[str, Resource], observe: Observe):
        self._stack = stack
        self._resources = resources
        self._observe = observe
        #: The functions undo what was done; the newest is last.
        self._undo: list[Callable[[], None]] = []
        self._replaced: list[Resource] = []

    def apply(self, wanted: dict[str, Any], evaluate: Evaluate) -> None:
        """Creates and updates the resources of the template `wanted`, by logical id."""
        for logical_id in in_dependency_order(wanted):
            definition = wanted[logical_id]
            try:
                properties = evaluate(definition.get("Properties", {})) or {}
            except Exception as error:
                raise self._failed(self._new(logical_id, definition, {}), "CREATE_FAILED", error) from error
            existing = self._resources.get(logical_id)
            if existing is None or existing.cf_resource_type != definition["Type"]:
                self._create(logical_id, definition, properties, existing)
            elif existing.properties != properties:
                self._update(existing, definition, properties)
            else:
                existing.deletion_policy = definition.get("DeletionPolicy", "Delete")
                existing.dependencies = dependencies(definition)

    def clean_up(self, wanted: dict[str, Any]) -> None:
        """Deletes what was replaced and what the template no longer has."""
        for resource in reversed(self._replaced):
            self.delete(resource)
        for logical_id in reversed(deletion_order(self._resources)):
            if logical_id not in wanted:
                resource = self._resources[logical_id]
                self.delete(resource)
                del self._resources[logical_id]

    def roll_back(self) -> None:
        while self._undo:
            self._undo.pop()()

    def delete(self, resource: Resource) -> None:
        """Deletes one resource, unless it is to be retained. A resource that does not exist any more counts as
        deleted."""
        if resource.deletion_policy in ("Retain", "RetainExceptOnCreate"):
            self._set(resource, "DELETE_SKIPPED")
            return
        self._delete(resource)

    def _delete(self, resource: Resource) -> None:
        self._set(resource, "DELETE_IN_PROGRESS")
        try:
            request = self._request(resource, resource.properties)
            _provider(resource.cf_resource_type).delete(request, resource.physical_resource_id)
        except Exception as error:
            if not _is_missing(error):
                raise self._failed(resource, "DELETE_FAILED", error) from error
        self._set(resource, "DELETE_COMPLETE")

    def _create(self, logical_id: str, definition: dict, properties: dict, existing: Resource | None) -> Resource:
        resource = self._new(logical_id, definition, properties)
        self._set(resource, "CREATE_IN_PROGRESS")
        try:
            made = _provider(resource.cf_resource_type).create(self._request(resource, properties))
        except Exception as error:
            raise self._failed(resource, "CREATE_FAILED", error) from error
        _take(resource, made)
        self._resources[logical_id] = resource
        self._set(resource, "CREATE_COMPLETE")

        def undo() -> None:
            # The policy does not apply: a resource that was never deployed is not kept.
            self._delete(resource)
            if existing is None:
                del self._resources[logical_id]
            else:
                self._resources[logical_id] = existing

        self._undo.append(undo)
        if existing is not None:
            self._replaced.append(existing)
        return resource

    def _update(self, resource: Resource, definition: dict, properties: dict) -> None:
        provider = _provider(resource.cf_resource_type)
        if any(resource.properties.get(name) != properties.get(name) for name in provider.replaced_by):
            self._create(resource.logical_resource_id, definition, properties, resource)
            return
        before = (resource.properties, resource.dependencies, resource.deletion_policy)
        self._set(resource, "UPDATE_IN_PROGRESS")
        # The update is also undone when it fails half-way.
        self._undo.append(lambda: self._restore(resource, *before))
        try:
            made = provider.update(self._request(resource, properties), resource)
        except Replace:
            self._undo.pop()
            self._create(resource.logical_resource_id, definition, properties, resource)
            return
        except Exception as error:
            raise self._failed(resource, "UPDATE_FAILED", error) from error
        _take(resource, made)
        resource.properties = properties
        resource.dependencies = dependencies(definition)
        resource.deletion_policy = definition.get("DeletionPolicy", "Delete")
        self._set(resource, "UPDATE_COMPLETE")

    def _restore(self, resource: Resource, properties: dict, needs: set[str], policy: str) -> None:
        self._set(resource, "UPDATE_IN_PROGRESS")
        try:
            made = _provider(resource.cf_resource_type).update(self._request(resource, properties), resource)
        except Exception as error:
            raise self._failed(resource, "UPDATE_FAILED", error) from error
        _take(resource, made)
        resource.properties, resource.dependencies, resource.deletion_policy = properties, needs, policy
        self._set(resource, "UPDATE_COMPLETE")

    def _new(self, logical_id: str, definition: dict, properties: dict) -> Resource:
        return Resource(
            logical_id,
            definition["Type"],
            properties,
            deletion_policy=definition.get("DeletionPolicy", "Delete"),
            dependencies=dependencies(definition),
        )

    def _request(self, resource: Resource, properties: dict) -> Request:
        stack = self._stack
        return Request(
            resource.logical_resource_id,
            resource.cf_resource_type,
            # The stack keeps the references: a secret's value is in no record of it.
            resolve(properties, lambda service: gateway.client(service, stack.region_name)),
            stack.stack_id,
            stack.name,
            stack.account_id,
            stack.region_name,
        )

    def _set(self, resource: Resource, status: str, reason: str | None = None) -> None:
        resource.status, resource.status_reason = status, reason
        self._observe(resource)

    def _failed(self, resource: Resource, status: str, error: Exception) -> DeploymentFailed:
        if not isinstance(error, ClientError | NotImplementedError):
            log.exception("%s %s", resource.logical_resource_id, status, exc_info=error)
        reason = str(error) or repr(error)
        self._set(resource, status, reason)
        return DeploymentFailed(f"{resource.logical_resource_id} ({resource.cf_resource_type}): {reason}")


def deletion_order(resources: dict[str, Resource]) -> list[str]:
    """Returns the creation order of what exists; its reverse is the order to delete in."""
    return in_dependency_order(
        {name: {"DependsOn": sorted(resource.dependencies)} for name, resource in resources.items()}
    )


def _provider(resource_type: str):
    found = provider_of(resource_type)
    if found is None:
        raise NotImplementedError(f"Resource type {resource_type} is not supported by the lab")
    return found


def _take(resource: Resource, made: Made) -> None:
    resource.physical_resource_id = made.physical_id
    resource.attributes = made.attributes


def _is_missing(error: Exception) -> bool:
    if not isinstance(error, ClientError):
        return False
    details = error.response.get("Error", {})
    return any(word in str(details.get("Code", "")) for word in MISSING)
