"""The module speeds SQS up for a backlog of some thousand messages.

moto counts every message of a queue three times for each one that it sends or receives, and reads the time at each:
with 5,000 messages, a receipt of ten takes seconds, in which the whole emulator answers no other call.
"""

from .hooks import when_imported


@when_imported("moto.sqs.models")
def _backlog(models) -> None:
    now = models.unix_time_millis

    def messages(self):
        at = now()
        return [one for one in self._messages if at > one.visible_at and at >= one.delayed_until]

    def delayed(self):
        at = now()
        return sum(at < one.delayed_until for one in self._messages)

    def not_visible(self):
        at = now()
        return sum(at <= one.visible_at for one in self._messages)

    def within_retention(self, queue_name, message):
        retention = self.get_queue(queue_name).message_retention_period
        return retention + message.sent_timestamp / 1000 > models.unix_time()

    models.Queue.messages = property(messages)
    models.Queue.approximate_number_of_messages_delayed = property(delayed)
    models.Queue.approximate_number_of_messages_not_visible = property(not_visible)
    models.SQSBackend.is_message_valid_based_on_retention_period = within_retention
