"""The module provides EventBridge rules, buses, connections and API destinations."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, pick, provides


@provides("AWS::Events::Rule")
class Rule(Provider):
    replaced_by = frozenset({"Name", "EventBusName"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"))
        return Made(name, {"Arn": self._put(request, name, {})})

    def update(self, request: Request, resource: Resource) -> Made:
        arn = self._put(request, resource.physical_resource_id, resource.properties)
        return Made(resource.physical_resource_id, {"Arn": arn})

    def delete(self, request: Request, physical_id: str) -> None:
        events, bus = request.client("events"), pick(request.properties, "EventBusName")
        targets = events.list_targets_by_rule(Rule=physical_id, **bus)["Targets"]
        if targets:
            events.remove_targets(Rule=physical_id, Ids=[target["Id"] for target in targets], **bus)
        events.delete_rule(Name=physical_id, **bus)

    @staticmethod
    def _put(request: Request, name: str, old: Properties) -> str:
        events, properties = request.client("events"), request.properties
        bus = pick(properties, "EventBusName")
        pattern = properties.get("EventPattern")
        arn = events.put_rule(
            Name=name,
            State=properties.get("State", "ENABLED"),
            **({"EventPattern": pattern if isinstance(pattern, str) else json.dumps(pattern)} if pattern else {}),
            **pick(properties, "ScheduleExpression", "Description", "RoleArn", "Tags"),
            **bus,
        )["RuleArn"]
        targets = properties.get("Targets") or []
        gone = {target["Id"] for target in old.get("Targets") or []} - {target["Id"] for target in targets}
        if gone:
            events.remove_targets(Rule=name, Ids=sorted(gone), **bus)
        if targets:
            failed = events.put_targets(Rule=name, Targets=targets, **bus)["FailedEntries"]
            if failed:
                raise RuntimeError(f"EventBridge refused targets: {failed}")
        return arn


@provides("AWS::Events::EventBus")
class EventBus(Provider):
    replaced_by = frozenset({"Name"})

    def create(self, request: Request) -> Made:
        name = request.properties["Name"]
        arn = request.client("events").create_event_bus(Name=name)["EventBusArn"]
        return Made(name, {"Arn": arn, "Name": name})

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("events").delete_event_bus(Name=physical_id)


@provides("AWS::Events::Connection")
class Connection(Provider):
    replaced_by = frozenset({"Name"})
    _settings = ("AuthorizationType", "AuthParameters", "Description")

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"))
        settings = pick(request.properties, *self._settings)
        request.client("events").create_connection(Name=name, **settings)
        return Made(name, self._attributes(request, name))

    def update(self, request: Request, resource: Resource) -> Made:
        name = resource.physical_resource_id
        request.client("events").update_connection(Name=name, **pick(request.properties, *self._settings))
        return Made(name, self._attributes(request, name))

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("events").delete_connection(Name=physical_id)

    @staticmethod
    def _attributes(request: Request, name: str) -> Properties:
        found = request.client("events").describe_connection(Name=name)
        arn = found["ConnectionArn"]
        return {"Arn": arn, "ArnForPolicy": arn.rsplit("/", 1)[0], "SecretArn": found["SecretArn"]}


@provides("AWS::Events::ApiDestination")
class ApiDestination(Provider):
    replaced_by = frozenset({"Name"})
    _settings = ("ConnectionArn", "Description", "HttpMethod", "InvocationEndpoint", "InvocationRateLimitPerSecond")

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("Name"))
        arn = request.client("events").create_api_destination(Name=name, **self._given(request))["ApiDestinationArn"]
        return Made(name, {"Arn": arn, "ArnForPolicy": arn.rsplit("/", 1)[0]})

    def update(self, request: Request, resource: Resource) -> Made:
        request.client("events").update_api_destination(Name=resource.physical_resource_id, **self._given(request))
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("events").delete_api_destination(Name=physical_id)

    def _given(self, request: Request) -> Properties:
        given = pick(request.properties, *self._settings)
        if "InvocationRateLimitPerSecond" in given:
            given["InvocationRateLimitPerSecond"] = int(given["InvocationRateLimitPerSecond"])
        return given
