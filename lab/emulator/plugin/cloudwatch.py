"""The module adds composite alarms to CloudWatch; moto keeps them but has no call for them."""

from .hooks import when_imported


@when_imported("moto.cloudwatch.responses")
def _composite_alarms(responses) -> None:
    response = responses.CloudWatchResponse
    # The method already reads the rule of a composite alarm.
    response.put_composite_alarm = response.put_metric_alarm
