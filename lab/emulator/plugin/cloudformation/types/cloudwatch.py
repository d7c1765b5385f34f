"""The module provides CloudWatch alarms and dashboards."""

from ..resource import Made, Provider, Request, Resource, pick, provides


@provides("AWS::CloudWatch::Alarm")
class Alarm(Provider):
    replaced_by = frozenset({"AlarmName"})
    _settings = (
        "AlarmDescription",
        "ActionsEnabled",
        "OKActions",
        "AlarmActions",
        "InsufficientDataActions",
        "MetricName",
        "Namespace",
        "Statistic",
        "ExtendedStatistic",
        "Dimensions",
        "Period",
        "Unit",
        "EvaluationPeriods",
        "DatapointsToAlarm",
        "Threshold",
        "ComparisonOperator",
        "TreatMissingData",
        "EvaluateLowSampleCountPercentile",
        "Metrics",
        "Tags",
        "ThresholdMetricId",
    )

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("AlarmName"), 255)
        self._put(request, name)
        return Made(name, {"Arn": request.arn("cloudwatch", f"alarm:{name}")})

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("cloudwatch").delete_alarms(AlarmNames=[physical_id])

    def _put(self, request: Request, name: str) -> None:
        request.client("cloudwatch").put_metric_alarm(AlarmName=name, **pick(request.properties, *self._settings))


@provides("AWS::CloudWatch::CompositeAlarm")
class CompositeAlarm(Provider):
    replaced_by = frozenset({"AlarmName"})
    _settings = (
        "ActionsEnabled",
        "ActionsSuppressor",
        "ActionsSuppressorExtensionPeriod",
        "ActionsSuppressorWaitPeriod",
        "AlarmActions",
        "AlarmDescription",
        "AlarmRule",
        "InsufficientDataActions",
        "OKActions",
        "Tags",
    )

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("AlarmName"), 255)
        self._put(request, name)
        return Made(name, {"Arn": request.arn("cloudwatch", f"alarm:{name}")})

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id)
        return Made(resource.physical_resource_id, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("cloudwatch").delete_alarms(AlarmNames=[physical_id])

    def _put(self, request: Request, name: str) -> None:
        request.client("cloudwatch").put_composite_alarm(AlarmName=name, **pick(request.properties, *self._settings))


@provides("AWS::CloudWatch::Dashboard")
class Dashboard(Provider):
    replaced_by = frozenset({"DashboardName"})

    def create(self, request: Request) -> Made:
        name = request.name(request.properties.get("DashboardName"), 255)
        self._put(request, name)
        return Made(name)

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request, resource.physical_resource_id)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("cloudwatch").delete_dashboards(DashboardNames=[physical_id])

    @staticmethod
    def _put(request: Request, name: str) -> None:
        body = request.properties["DashboardBody"]
        request.client("cloudwatch").put_dashboard(DashboardName=name, DashboardBody=body)
