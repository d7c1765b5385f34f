"""CloudFormation deploys by calling AWS's APIs through the lab's gateway, as the real one does.

moto's own writes behind the APIs, straight into its models, and leaves out most of a template. Here every resource has
a provider (`types/`); a deployment runs in dependency order, emits an event for each step, keeps physical ids across
updates, and rolls back what it did when a resource fails.
"""

from ..hooks import when_imported


@when_imported("moto.cloudformation.models")
def _install_backend(models) -> None:
    from moto.cloudformation import parsing
    from moto.cloudformation.exceptions import AlreadyExistsException, ValidationError
    from moto.core.exceptions import ServiceException

    from . import types  # noqa: F401 - registers the providers
    from .stacks import StackOperations
    from .template import TemplateError, validate

    operations = StackOperations(models, parsing)
    backend_class = models.CloudFormationBackend
    original_create_change_set = backend_class.create_change_set

    class ChangeSetNotFound(ServiceException):
        code = "ChangeSetNotFound"

    def checked(template: str) -> None:
        try:
            validate(models.Stack.parse_template(template))
        except TemplateError as error:
            raise ValidationError(message=str(error)) from error

    def find_change_set(self, name: str, stack_name: str | None = None):
        for key, change_set in self.change_sets.items():
            if key == name:
                return change_set
            owner = stack_name in (None, change_set.stack_name, change_set.stack_id)
            if change_set.change_set_name == name and owner:
                return change_set
        raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")

    def create_change_set(self, stack_name, change_set_name, template, parameters, *args, **kwargs):
        checked(template)
        kind = kwargs.get("change_set_type") or args[1]
        pending = next((s for s in self.stacks.values() if s.name == stack_name), None)
        if kind == "CREATE" and pending is not None:
            if pending.status != "REVIEW_IN_PROGRESS":
                raise AlreadyExistsException(f"Stack [{stack_name}] already exists and cannot be created again")
            del self.stacks[pending.stack_id]
        return original_create_change_set(self, stack_name, change_set_name, template, parameters, *args, **kwargs)

    def delete_change_set(self, change_set_name):
        for key, change_set in list(self.change_sets.items()):
            if change_set_name in (key, change_set.change_set_name):
                del self.change_sets[key]

    def execute_change_set(self, change_set_name, stack_name=None, disable_rollback=False):
        change_set = find_change_set(self, change_set_name, stack_name)
        stack = self.stacks[change_set.stack_id]
        stack.tags = change_set.tags or stack.tags
        kind = change_set.change_set_type
        change_set.execution_status = "EXECUTE_COMPLETE"
        operations.deploy(self, stack, change_set.template, change_set.parameters, kind, disable_rollback)

    def create_stack(self, name, template, parameters, *args, **kwargs):
        if any(stack.name == name for stack in self.stacks.values()):
            raise AlreadyExistsException(f"Stack [{name}] already exists")
        checked(template)
        names = ("notification_arns", "tags", "role_arn", "enable_termination_protection", "timeout_in_mins")
        settings = {**dict(zip(names, args, strict=False)), **{n: kwargs[n] for n in names if n in kwargs}}
        stack = models.Stack(
            stack_id=models.generate_stack_id(name, self.region_name, self.account_id),
            name=name,
            template={},
            parameters=parameters,
            account_id=self.account_id,
            region_name=self.region_name,
            cross_stack_resources=self.exports,
            **settings,
        )
        self.stacks[stack.stack_id] = stack
        try:
            operations.deploy(self, stack, template, parameters, "CREATE", disable_rollback=False)
        except Exception:
            self.stacks.pop(stack.stack_id, None)
            raise
        return stack

    def update_stack(self, name, template, role_arn, parameters, tags):
        checked(template)
        stack = self.get_stack(name)
        resolved = resolve_parameters(self, stack, parameters)
        stack.tags = tags if tags is not None else stack.tags
        operations.deploy(self, stack, template, resolved, "UPDATE", disable_rollback=False)
        return stack

    def delete_stack(self, name_or_stack_id):
        for stack in list(self.stacks.values()):
            if name_or_stack_id in (stack.stack_id, stack.name):
                operations.delete(self, stack)

    def resolve_parameters(_self, instance, incoming_params):
        previous = instance.resource_map.resolved_parameters if hasattr(instance, "resource_map") else {}
        return {
            p["ParameterKey"]: p["ParameterValue"] if "ParameterValue" in p else previous.get(p["ParameterKey"])
            for p in incoming_params
        }

    backend_class.create_change_set = create_change_set
    backend_class.describe_change_set = find_change_set
    backend_class.delete_change_set = delete_change_set
    backend_class.execute_change_set = execute_change_set
    backend_class.create_stack = create_stack
    backend_class.update_stack = update_stack
    backend_class.delete_stack = delete_stack
    backend_class._resolve_update_parameters = resolve_parameters


@when_imported("moto.cloudformation.utils")
def _template_urls(utils) -> None:
    """A template's URL is that of any S3 endpoint: by path where the host is an address, else as moto reads it."""
    import re
    from urllib.parse import unquote, urlparse

    original = utils.get_stack_from_s3_url

    def get_stack_from_s3_url(template_url, account_id, partition):
        from moto.s3.models import s3_backends

        url = urlparse(template_url)
        if not re.fullmatch(r"localhost|[\d.]+|\[.*\]", url.hostname or ""):
            return original(template_url, account_id, partition)
        bucket, _, key = unquote(url.path).lstrip("/").partition("/")
        return s3_backends[account_id][partition].get_object(bucket, key).value.decode("utf-8")

    utils.get_stack_from_s3_url = get_stack_from_s3_url


@when_imported("moto.cloudformation.responses")
def _resource_status(responses) -> None:
    """Resources are listed with their own status and time, not with their stack's."""
    from moto.core.responses import ActionResult, EmptyResult

    response = responses.CloudFormationResponse
    dto_init = responses.StackResourceDTO.__init__

    def init(self, stack, resource):
        dto_init(self, stack, resource)
        self.resource_status = getattr(resource, "status", stack.status)
        self.timestamp = self.last_updated_timestamp = stack.creation_time

    def list_stack_resources(self):
        stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
        summaries = [
            {
                "LogicalResourceId": resource.logical_resource_id,
                "PhysicalResourceId": resource.physical_resource_id,
                "ResourceType": resource.cf_resource_type,
                "ResourceStatus": resource.status,
                "LastUpdatedTimestamp": stack.creation_time,
            }
            for resource in stack.stack_resources
        ]
        return ActionResult({"StackResourceSummaries": summaries})

    def describe_change_set(self):
        found = self.cloudformation_backend.describe_change_set(
            self._get_param("ChangeSetName"), self._get_param("StackName")
        )
        return ActionResult(found)

    def execute_change_set(self):
        self.cloudformation_backend.execute_change_set(
            change_set_name=self._get_param("ChangeSetName"),
            stack_name=self._get_param("StackName"),
            disable_rollback=self._get_bool_param("DisableRollback", False),
        )
        return EmptyResult()

    responses.StackResourceDTO.__init__ = init
    response.list_stack_resources = list_stack_resources
    response.describe_change_set = describe_change_set
    response.execute_change_set = execute_change_set
