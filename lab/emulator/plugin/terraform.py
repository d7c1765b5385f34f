"""Terraform's AWS provider reads these members back after it has written them, and moto does not keep them.

The provider compares what it asked for with what it then reads. A call that is missing makes it retry for minutes, and
a field that is missing shows as a change in every later plan.
"""

import json

from moto.core.exceptions import JsonRESTError

from .hooks import when_imported


@when_imported("moto.applicationautoscaling.responses")
def _scaling_target_tags(responses) -> None:
    response = responses.ApplicationAutoScalingResponse
    register = response.register_scalable_target
    tags: dict[str, dict[str, str]] = {}

    def register_scalable_target(self):
        answer = register(self)
        tags.setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(self._get_param("Tags") or {})
        return answer

    def list_tags_for_resource(self):
        arn = self._get_param("ResourceARN")
        by_dimension = self.applicationautoscaling_backend.targets.values()
        if not any(target.arn == arn for targets in by_dimension for target in targets.values()):
            raise JsonRESTError("ResourceNotFoundException", f"No scalable target found for {arn}")
        return json.dumps({"Tags": tags.get(arn, {})})

    def tag_resource(self):
        tags.setdefault(self._get_param("ResourceARN"), {}).update(self._get_param("Tags") or {})
        return "{}"

    def untag_resource(self):
        for key in self._get_param("TagKeys") or []:
            tags.get(self._get_param("ResourceARN"), {}).pop(key, None)
        return "{}"

    response.register_scalable_target = register_scalable_target
    response.list_tags_for_resource = list_tags_for_resource
    response.tag_resource = tag_resource
    response.untag_resource = untag_resource


@when_imported("moto.budgets.responses")
def _budget_tags_and_subscribers(responses) -> None:
    response = responses.BudgetsResponse
    create = response.create_budget
    tags: dict[str, list] = {}

    def create_budget(self):
        answer = create(self)
        name = self._get_param("Budget")["BudgetName"]
        arn = f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"
        tags[arn] = self._get_param("ResourceTags") or []
        return answer

    def list_tags_for_resource(self):
        return json.dumps({"ResourceTags": tags.get(self._get_param("ResourceARN"), [])})

    def describe_subscribers_for_notification(self):
        budget = self.backend.budgets[self._get_param("AccountId")].get(self._get_param("BudgetName"))
        wanted = self._get_param("Notification")
        for notification in budget.notifications if budget else []:
            same_type = notification.details.get("NotificationType") == wanted.get("NotificationType")
            if same_type and float(notification.details.get("Threshold")) == float(wanted.get("Threshold")):
                return json.dumps({"Subscribers": notification.subscribers})
        return json.dumps({"Subscribers": []})

    response.create_budget = create_budget
    response.list_tags_for_resource = list_tags_for_resource
    response.describe_subscribers_for_notification = describe_subscribers_for_notification


@when_imported("moto.sqs.models")
def _redrive_attributes(models) -> None:
    queue = models.Queue
    attributes_of = queue.attributes.fget
    queue.BASE_ATTRIBUTES = [*queue.BASE_ATTRIBUTES, "RedriveAllowPolicy"]
    queue.redrive_allow_policy = None

    def attributes(self):
        found = attributes_of(self)
        # SQS answers without white space, and the provider compares the text.
        if found.get("RedrivePolicy"):
            found["RedrivePolicy"] = json.dumps(json.loads(found["RedrivePolicy"]), separators=(",", ":"))
        # SQS leaves it out when it is not set; the provider's wait for its deletion never ends on an empty text.
        if not found.get("RedriveAllowPolicy"):
            found.pop("RedriveAllowPolicy", None)
        return found

    queue.attributes = property(attributes)


@when_imported("moto.ecs.responses")
def _service_settings(responses) -> None:
    from moto.core.utils import camelcase_to_underscores

    response = responses.EC2ContainerServiceResponse
    create = response.create_service
    settings = (
        "healthCheckGracePeriodSeconds",
        "enableECSManagedTags",
        "availabilityZoneRebalancing",
        "deploymentConfiguration",
        "enableExecuteCommand",
    )

    def create_service(self):
        answer = create(self)
        service = self.ecs_backend._get_service(self._get_param("cluster", "default"), self._get_param("serviceName"))
        for name in settings:
            value = self._get_param(name)
            if value is not None:
                setattr(service, camelcase_to_underscores(name), value)
        return answer

    response.create_service = create_service


@when_imported("moto.ecs.models")
def _tasks_without_container_memory(models) -> None:
    backend = models.EC2ContainerServiceBackend
    requirements = backend._calculate_task_resource_requirements
    memory = {"memory", "memoryReservation", "Memory", "MemoryReservation"}

    def calculate(task_definition):
        # On Fargate the task's memory is enough; moto requires the container's.
        if all(memory & set(container) for container in task_definition.container_definitions):
            return requirements(task_definition)
        return {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}

    backend._calculate_task_resource_requirements = staticmethod(calculate)


@when_imported("moto.ec2.models.security_groups")
def _rule_description(models) -> None:
    def description(self):
        source = self.source_group if isinstance(self.source_group, dict) else {}
        return (self.ip_range or {}).get("Description") or source.get("Description")

    models.SecurityGroupRule.description = property(description)
