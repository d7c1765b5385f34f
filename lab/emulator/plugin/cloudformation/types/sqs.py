"""The module provides SQS queues and their policies."""

import json

from ..resource import Made, Properties, Provider, Request, Resource, provides, tag_map

_ATTRIBUTES = (
    "VisibilityTimeout",
    "MessageRetentionPeriod",
    "MaximumMessageSize",
    "DelaySeconds",
    "ReceiveMessageWaitTimeSeconds",
    "RedrivePolicy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
    "FifoQueue",
    "ContentBasedDeduplication",
)


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict) else str(value)


def _attributes(properties: Properties) -> dict[str, str]:
    return {name: _text(properties[name]) for name in _ATTRIBUTES if name in properties}


@provides("AWS::SQS::Queue")
class Queue(Provider):
    replaced_by = frozenset({"QueueName", "FifoQueue"})

    def create(self, request: Request) -> Made:
        properties = request.properties
        name = request.name(properties.get("QueueName"), 80)
        url = request.client("sqs").create_queue(
            QueueName=name, Attributes=_attributes(properties), tags=tag_map(properties.get("Tags"))
        )["QueueUrl"]
        return Made(url, {"Arn": request.arn("sqs", name), "QueueName": name, "QueueUrl": url})

    def update(self, request: Request, resource: Resource) -> Made:
        sqs, url = request.client("sqs"), resource.physical_resource_id
        attributes = {key: value for key, value in _attributes(request.properties).items() if key != "FifoQueue"}
        sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
        if request.properties.get("Tags"):
            sqs.tag_queue(QueueUrl=url, Tags=tag_map(request.properties["Tags"]))
        return Made(url, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("sqs").delete_queue(QueueUrl=physical_id)


@provides("AWS::SQS::QueuePolicy")
class QueuePolicy(Provider):
    replaced_by = frozenset({"Queues"})

    def create(self, request: Request) -> Made:
        self._put(request)
        return Made(request.name(None))

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        for url in request.properties["Queues"]:
            request.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})

    @staticmethod
    def _put(request: Request) -> None:
        for url in request.properties["Queues"]:
            policy = json.dumps(request.properties["PolicyDocument"])
            request.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
