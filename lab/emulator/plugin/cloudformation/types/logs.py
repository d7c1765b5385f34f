"""The module provides CloudWatch Logs."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, lower_keys, pick, provides, tag_map


@provides("AWS::Logs::LogGroup")
class LogGroup(Provider):
    replaced_by = frozenset({"LogGroupName", "LogGroupClass"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("LogGroupName"), 512)
        settings = {"tags": tag_map(request.properties.get("Tags"))} if request.properties.get("Tags") else {}
        request.client("logs").create_log_group(logGroupName=name, **settings)
        self._retention(request, name)
        return Made(name, {"Arn": request.arn("logs", f"log-group:{name}:*")})

    def update(self, request: Request, resource: Resource) -> Made:
        self._retention(request, resource.physical_resource_id)
        tags = tag_map(request.properties.get("Tags"))
        if tags:
            arn = resource.attributes["Arn"].removesuffix(":*")
            request.client("logs").tag_resource(resourceArn=arn, tags=tags)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("logs").delete_log_group(logGroupName=physical_id)

    @staticmethod
    def _retention(request: Request, name: str) -> None:
        days = request.properties.get("RetentionInDays")
        if days:
            request.client("logs").put_retention_policy(logGroupName=name, retentionInDays=int(days))
        else:
            request.client("logs").delete_retention_policy(logGroupName=name)


@provides("AWS::Logs::MetricFilter")
class MetricFilter(Provider):
    replaced_by = frozenset({"FilterName", "LogGroupName"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("FilterName"), 512)
        self._put(request, name)
        return Made(name)

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("logs").delete_metric_filter(
            logGroupName=request.properties["LogGroupName"], filterName=physical_id
        )

    @staticmethod
    def _put(request: Request, name: str) -> None:
        properties = request.properties
        transformations = []
        for transformation in properties["MetricTransformations"]:
            api = lower_keys({key: value for key, value in transformation.items() if key != "Dimensions"})
            dimensions = {d["Key"]: d["Value"] for d in transformation.get("Dimensions") or []}
            transformations.append({**api, **({"dimensions": dimensions} if dimensions else {})})
        request.client("logs").put_metric_filter(
            logGroupName=properties["LogGroupName"],
            filterName=name,
            filterPattern=properties["FilterPattern"],
            metricTransformations=transformations,
        )


@provides("AWS::Logs::SubscriptionFilter")
class SubscriptionFilter(Provider):
    replaced_by = frozenset({"FilterName", "LogGroupName"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("FilterName"), 512)
        self._put(request, name)
        return Made(name)

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("logs").delete_subscription_filter(
            logGroupName=request.properties["LogGroupName"], filterName=physical_id
        )

    @staticmethod
    def _put(request: Request, name: str) -> None:
        names = ("LogGroupName", "FilterPattern", "DestinationArn", "RoleArn", "Distribution")
        settings = pick(request.properties, *names)
        request.client("logs").put_subscription_filter(**{**lower_keys(settings), "filterName": name})


@provides("AWS::Logs::ResourcePolicy")
class ResourcePolicy(Provider):
    replaced_by = frozenset({"PolicyName"})

    def create(self, request: Request) -> Made:
        self._put(request.client("logs"), request.properties)
        return Made(request.properties["PolicyName"])

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request.client("logs"), request.properties)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("logs").delete_resource_policy(policyName=physical_id)

    @staticmethod
    def _put(logs, properties: Properties) -> None:
        document = properties["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        logs.put_resource_policy(policyName=properties["PolicyName"], policyDocument=text)
