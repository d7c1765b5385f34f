"""Stack operations set the statuses of a stack and its resources, and decide when a caller gets them."""

import threading
import traceback
from collections.abc import Callable
from typing import Any

from .deployment import Deployment, DeploymentFailed, deletion_order
from .resource import Resource

#: An operation that ends within this time is over when the call returns, which spares the caller a poll.
PATIENCE_SECONDS = 30.0


class StackOperations:
    """Runs operations on moto's stacks. `parsing` and `models` are moto's modules."""

    def __init__(self, models, parsing):
        self._models = models
        self._parsing = parsing

    def deploy(self, backend, stack, template: str, parameters: dict, kind: str, disable_rollback: bool) -> None:
        """Deploys a stack; `kind` is CREATE or UPDATE."""
        before = (stack.template, stack.parameters, stack.resource_map)
        template_dict = stack.parse_template(template)
        self._set(stack, f"{kind}_IN_PROGRESS", "User Initiated")
        try:
            self._load(stack, template, parameters)
        except Exception:
            stack.template, stack.parameters, stack.resource_map = before
            stack.status = "REVIEW_IN_PROGRESS" if kind == "CREATE" else "UPDATE_COMPLETE"
            raise
        old_parts = before if kind == "UPDATE" else None
        self._run(lambda: self._deploy(backend, stack, template_dict, kind, old_parts, disable_rollback))

    def delete(self, backend, stack) -> None:
        self._set(stack, "DELETE_IN_PROGRESS", "User Initiated")
        self._run(lambda: self._delete(backend, stack))

    def _deploy(self, backend, stack, template: dict, kind: str, before, disable_rollback: bool) -> None:
        resources = stack.lab_resources
        deployment = Deployment(stack, resources, lambda resource: self._resource_event(stack, resource))
        wanted = {
            name: definition
            for name, definition in template["Resources"].items()
            if self._condition(stack, definition.get("Condition"))
        }
        try:
            deployment.apply(wanted, lambda value: _without_none(self._parsing.clean_json(value, stack.resource_map)))
            stack.output_map = stack._create_output_map()
            exports = {export.name: export for export in stack.exports}
        except Exception as error:
            if not isinstance(error, DeploymentFailed):
                traceback.print_exc()
            self._fail(stack, kind, str(error), deployment, before, disable_rollback)
            return
        if kind == "UPDATE":
            self._set(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
            # A resource that cannot be deleted any more does not undo an update that succeeded.
            try:
                deployment.clean_up(wanted)
            except DeploymentFailed as error:
                stack.status_reason = str(error)
        for name in [name for name, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]:
            del backend.exports[name]
        backend.exports.update(exports)
        self._set(stack, f"{kind}_COMPLETE")

    def _fail(self, stack, kind: str, reason: str, deployment: Deployment, before, disable_rollback: bool) -> None:
        prefix = "" if kind == "CREATE" else "UPDATE_"
        if disable_rollback:
            self._set(stack, f"{kind}_FAILED", reason)
            return
        self._set(stack, f"{prefix}ROLLBACK_IN_PROGRESS", f"The following resource(s) failed: {reason}")
        if before is not None:
            stack.template, stack.parameters, stack.resource_map = before
            stack._parse_template()
        try:
            deployment.roll_back()
        except Exception as error:
            traceback.print_exc()
            self._set(stack, f"{prefix}ROLLBACK_FAILED", str(error))
            return
        stack.output_map = stack._create_output_map() if before is not None else {}
        self._set(stack, f"{prefix}ROLLBACK_COMPLETE")

    def _delete(self, backend, stack) -> None:
        resources = getattr(stack, "lab_resources", {})
        deployment = Deployment(stack, resources, lambda resource: self._resource_event(stack, resource))
        failures = []
        for logical_id in reversed(deletion_order(resources)):
            try:
                deployment.delete(resources[logical_id])
                del resources[logical_id]
            except DeploymentFailed as error:
                failures.append(str(error))
        if failures:
            self._set(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: {'; '.join(failures)}")
            return
        for name in [name for name, export in backend.exports.items() if export.exporting_stack_id == stack.stack_id]:
            del backend.exports[name]
        self._set(stack, "DELETE_COMPLETE")
        backend.deleted_stacks[stack.stack_id] = stack
        backend.stacks.pop(stack.stack_id, None)

    def _load(self, stack, template: str, parameters: dict) -> None:
        """Gives the stack its next template: parameters, mappings and conditions, over the resources that it has."""
        stack.template, stack.parameters = template, parameters
        stack._parse_template()
        stack.description = stack.template_dict.get("Description")
        if not hasattr(stack, "lab_resources"):
            stack.lab_resources = {}
        stack.resource_map = self._resource_map(stack)
        stack.resource_map.load()

    def _resource_map(self, stack):
        base = self._parsing.ResourceMap
        resources: dict[str, Resource] = stack.lab_resources

        class LabResourceMap(base):
            """The map is moto's view of a stack's names, over the resources that were really created. It creates none
            itself."""

            def __getitem__(self, key: str) -> Any:
                if key in resources:
                    return resources[key]
                if key in self._parsed_resources:
                    return self._parsed_resources[key]
                raise KeyError(key)

            def get(self, key: str, default: Any = None) -> Any:
                return resources.get(key, default)

            def __iter__(self):
                return iter(list(resources))

            def __len__(self) -> int:
                return len(resources)

            def validate_outputs(self) -> None:
                """Attributes are checked when they are read."""

        return LabResourceMap(
            stack.stack_id,
            stack.name,
            stack.parameters,
            stack.tags,
            account_id=stack.account_id,
            region_name=stack.region_name,
            template=stack.template_dict,
            cross_stack_resources=stack.cross_stack_resources,
        )

    @staticmethod
    def _condition(stack, name: str | None) -> bool:
        return name is None or bool(stack.resource_map.lazy_condition_map[name])

    @staticmethod
    def _set(stack, status: str, reason: str | None = None) -> None:
        stack.status = status
        stack.stack_status_reason = stack.status_reason = reason
        stack._add_stack_event(status, resource_status_reason=reason)

    def _resource_event(self, stack, resource: Resource) -> None:
        event = self._models.Event(
            stack_id=stack.stack_id,
            stack_name=stack.name,
            logical_resource_id=resource.logical_resource_id,
            physical_resource_id=resource.physical_resource_id,
            resource_type=resource.cf_resource_type,
            resource_status=resource.status,
            resource_status_reason=resource.status_reason,
            resource_properties=None,
        )
        stack.events.append(event)

    @staticmethod
    def _run(operation: Callable[[], None]) -> None:
        thread = threading.Thread(target=operation, daemon=True)
        thread.start()
        thread.join(PATIENCE_SECONDS)


def _without_none(value: Any) -> Any:
    """`AWS::NoValue` removes an element, in lists too."""
    if isinstance(value, dict):
        return {key: _without_none(part) for key, part in value.items() if part is not None}
    return [_without_none(part) for part in value if part is not None] if isinstance(value, list) else value
