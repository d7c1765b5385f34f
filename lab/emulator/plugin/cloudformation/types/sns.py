"""The module provides SNS topics, their subscriptions and policies."""

import json

from ..resource import Made, Provider, Request, Resource, provides

_ATTRIBUTES = {
    "DisplayName": "DisplayName",
    "KmsMasterKeyId": "KmsMasterKeyId",
    "FifoTopic": "FifoTopic",
    "ContentBasedDeduplication": "ContentBasedDeduplication",
    "TracingConfig": "TracingConfig",
    "SignatureVersion": "SignatureVersion",
}


def _text(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, dict | list) else str(value)


@provides("AWS::SNS::Topic")
class Topic(Provider):
    replaced_by = frozenset({"TopicName", "FifoTopic", "Subscription"})

    def create(self, request: Request) -> Made:
        sns, properties = request.client("sns"), request.properties
        name = request.name(properties.get("TopicName"), 256)
        attributes = {key: _text(properties[key]) for key in _ATTRIBUTES if key in properties}
        arn = sns.create_topic(Name=name, Attributes=attributes, Tags=properties.get("Tags") or [])["TopicArn"]
        for subscription in properties.get("Subscription") or []:
            sns.subscribe(TopicArn=arn, Protocol=subscription["Protocol"], Endpoint=subscription["Endpoint"])
        return Made(arn, {"TopicArn": arn, "TopicName": name})

    def update(self, request: Request, resource: Resource) -> Made:
        sns, arn = request.client("sns"), resource.physical_resource_id
        for key in _ATTRIBUTES:
            value = request.properties.get(key)
            if value != resource.properties.get(key):
                text = "" if value is None else _text(value)
                sns.set_topic_attributes(TopicArn=arn, AttributeName=key, AttributeValue=text)
        if request.properties.get("Tags"):
            sns.tag_resource(ResourceArn=arn, Tags=request.properties["Tags"])
        return Made(arn, resource.attributes)

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("sns").delete_topic(TopicArn=physical_id)


@provides("AWS::SNS::Subscription")
class Subscription(Provider):
    _attributes = (
        "FilterPolicy",
        "FilterPolicyScope",
        "RawMessageDelivery",
        "RedrivePolicy",
        "DeliveryPolicy",
        "SubscriptionRoleArn",
    )

    def create(self, request: Request) -> Made:
        properties = request.properties
        arn = request.client("sns").subscribe(
            TopicArn=properties["TopicArn"],
            Protocol=properties["Protocol"],
            Endpoint=properties.get("Endpoint", ""),
            Attributes={key: _text(properties[key]) for key in self._attributes if key in properties},
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return Made(arn, {"Arn": arn})

    def delete(self, request: Request, physical_id: str) -> None:
        request.client("sns").unsubscribe(SubscriptionArn=physical_id)


@provides("AWS::SNS::TopicPolicy")
class TopicPolicy(Provider):
    replaced_by = frozenset({"Topics"})

    def create(self, request: Request) -> Made:
        self._put(request)
        return Made(request.name(None))

    def update(self, request: Request, resource: Resource) -> Made:
        self._put(request)
        return Made(resource.physical_resource_id)

    def delete(self, request: Request, physical_id: str) -> None:
        """A topic always has a policy; as on AWS the last one stays."""

    @staticmethod
    def _put(request: Request) -> None:
        for arn in request.properties["Topics"]:
            request.client("sns").set_topic_attributes(
                TopicArn=arn, AttributeName="Policy", AttributeValue=json.dumps(request.properties["PolicyDocument"])
            )
