"""The module provides EventBridge Scheduler."""

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


@provides("AWS::Scheduler::Schedule")
class Schedule(Provider):
    replaced_by = frozenset({"Name", "GroupName"})
    _settings = (
        "GroupName",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "FlexibleTimeWindow",
        "Target",
        "State",
        "Description",
        "StartDate",
        "EndDate",
        "KmsKeyArn",
        "ActionAfterCompletion",
    )

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"))
        settings = pick(request.properties, *self._settings)
        arn = request.client("scheduler").create_schedule(Name=name, **settings)["ScheduleArn"]
        return Made(name, {"Arn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        name, settings = resource.physical_resource_id, pick(request.properties, *self._settings)
        request.client("scheduler").update_schedule(Name=name, **settings)
        return Made(name, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("scheduler").delete_schedule(Name=physical_id, **pick(request.properties, "GroupName"))


@provides("AWS::Scheduler::ScheduleGroup")
class ScheduleGroup(Provider):
    replaced_by = frozenset({"Name"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"))
        tags: Properties = pick(request.properties, "Tags")
        arn = request.client("scheduler").create_schedule_group(Name=name, **tags)["ScheduleGroupArn"]
        return Made(name, {"Arn": arn})

    def update(self, request: Request, resource: Resource) -> Made:
        tags = request.properties.get("Tags")
        if tags:
            request.client("scheduler").tag_resource(ResourceArn=resource.attributes["Arn"], Tags=tags)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("scheduler").delete_schedule_group(Name=physical_id)
