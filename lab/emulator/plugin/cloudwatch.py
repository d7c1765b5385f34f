"""CloudWatch: composite alarms, which moto keeps but has no call for."""

from .hooks import when_imported


@when_imported("moto.cloudwatch.responses")
def _composite_alarms(responses) -> None:
    response = responses.CloudWatchResponse
    # It reads the rule of a composite alarm already.
    response.put_composite_alarm = response.put_metric_alarm
