"""The reading part of AWS Cloud Control API lists and describes what moto holds, by CloudFormation type.

A list shows identifiers alone: AWS decides which other properties a type's handler shows, so no caller may rely on
them.
"""

import base64
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from . import server

Items = Iterable[tuple[str, dict]]
PAGE = 20


class Kind(NamedTuple):
    #: moto's package has loaded if anything of the kind can be there.
    package: str
    #: The function returns the identifier and the properties of each item in a backend.
    items: Callable[[Any], Items]
    #: The value is false when the schema of the type has no list handler, or asks for a model.
    listed: bool = True
    model: bool = False
    partition: bool = False


def _keyed(attribute: str, name: str | None = None, prop: str | None = None) -> Callable[[Any], Items]:
    """Reads a dictionary by identifier; `name` is the attribute that the property `prop` shows."""

    def items(backend) -> Items:
        for key, one in getattr(backend, attribute).items():
            yield str(key), ({prop: getattr(one, name)} if name and prop else {})

    return items


def _each(attribute: str, identifier: str) -> Callable[[Any], Items]:
    """Reads a list, or the values of a dictionary, with the identifier in an attribute."""

    def items(backend) -> Items:
        held = getattr(backend, attribute)
        for one in held.values() if hasattr(held, "values") else held:
            yield str(getattr(one, identifier)), {}

    return items


def _functions(backend) -> Items:
    return [(one.function_name, {}) for one in backend.list_functions()]


def _parameters(backend) -> Items:
    # moto keeps the public parameters beside those of the account.
    return [(name, {}) for name in list(backend._parameters.keys()) if not name.startswith("/aws/")]


def _file_systems(backend) -> Items:
    for key, one in backend.file_systems_by_id.items():
        tags = backend.tagging_service.list_tags_for_resource(one.file_system_id)["Tags"]
        yield key, {"FileSystemTags": tags}


def _web_acls(backend) -> Items:
    return [(f"{one.name}|{one.id}|REGIONAL", {}) for one in backend.wacls.values()]


def _queues(backend) -> Items:
    for name in backend.queues:
        yield f"https://sqs.{backend.region_name}.amazonaws.com/{backend.account_id}/{name}", {}


def _rules(backend) -> Items:
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            for rule in listener.rules.values():
                yield rule.arn, {}


def _listeners(backend) -> Items:
    for balancer in backend.load_balancers.values():
        for listener in balancer.listeners.values():
            yield listener.arn, {}


def _stacks(backend) -> Items:
    for one in [*backend.stacks.values(), *backend.deleted_stacks.values()]:
        yield one.stack_id, {"StackStatus": one.status}


TYPES: dict[str, Kind] = {
    "AWS::Lambda::Function": Kind("awslambda", _functions),
    "AWS::Lambda::EventSourceMapping": Kind("awslambda", _keyed("_event_source_mappings")),
    "AWS::StepFunctions::StateMachine": Kind("stepfunctions", _each("state_machines", "arn"), listed=False),
    "AWS::Pipes::Pipe": Kind("pipes", _keyed("pipes")),
    "AWS::Events::EventBus": Kind("events", _keyed("event_buses")),
    "AWS::Events::Archive": Kind("events", _keyed("archives")),
    "AWS::Kinesis::Stream": Kind("kinesis", _keyed("streams")),
    "AWS::KinesisFirehose::DeliveryStream": Kind("firehose", _keyed("delivery_streams")),
    "AWS::MSK::Cluster": Kind("kafka", _keyed("clusters")),
    "AWS::AmazonMQ::Broker": Kind("mq", _keyed("brokers", "name", "BrokerName")),
    "AWS::ElastiCache::ReplicationGroup": Kind("elasticache", _keyed("replication_groups")),
    "AWS::ElastiCache::CacheCluster": Kind("elasticache", _keyed("cache_clusters")),
    "AWS::ElastiCache::SubnetGroup": Kind("elasticache", _keyed("cache_subnet_groups")),
    "AWS::MemoryDB::Cluster": Kind("memorydb", _keyed("clusters")),
    "AWS::OpenSearchService::Domain": Kind("opensearch", _keyed("domains"), listed=False),
    "AWS::Redshift::Cluster": Kind("redshift", _keyed("clusters")),
    "AWS::DynamoDB::Table": Kind("dynamodb", _keyed("tables")),
    "AWS::SQS::Queue": Kind("sqs", _queues),
    "AWS::EC2::NatGateway": Kind("ec2", _keyed("nat_gateways")),
    "AWS::ElasticLoadBalancing::LoadBalancer": Kind("elb", _keyed("load_balancers")),
    "AWS::AutoScaling::AutoScalingGroup": Kind("autoscaling", _keyed("autoscaling_groups")),
    "AWS::AutoScaling::LaunchConfiguration": Kind("autoscaling", _keyed("launch_configurations")),
    "AWS::Batch::ComputeEnvironment": Kind("batch", _keyed("_compute_environments")),
    "AWS::EC2::KeyPair": Kind("ec2", _keyed("key_pairs")),
    "AWS::EKS::Cluster": Kind("eks", _keyed("clusters")),
    "AWS::EFS::FileSystem": Kind("efs", _file_systems),
    "AWS::Backup::BackupVault": Kind("backup", _keyed("vaults")),
    "AWS::SSM::Parameter": Kind("ssm", _parameters),
    "AWS::Cognito::UserPool": Kind("cognitoidp", _keyed("user_pools", "name", "UserPoolName")),
    "AWS::ApiGateway::RestApi": Kind("apigateway", _keyed("apis", "name", "Name")),
    "AWS::ApiGatewayV2::Api": Kind("apigatewayv2", _keyed("apis", "name", "Name")),
    "AWS::CloudFront::Distribution": Kind("cloudfront", _keyed("distributions"), partition=True),
    "AWS::Route53::HostedZone": Kind("route53", _keyed("zones", "name", "Name"), partition=True),
    "AWS::CertificateManager::Certificate": Kind("acm", _keyed("_certificates")),
    "AWS::ACMPCA::CertificateAuthority": Kind("acmpca", _keyed("certificate_authorities")),
    "AWS::WAFv2::WebACL": Kind("wafv2", _web_acls, model=True),
    "AWS::NetworkFirewall::Firewall": Kind("networkfirewall", _keyed("firewalls")),
    "AWS::Glue::Job": Kind("glue", _keyed("jobs")),
    "AWS::SageMaker::Endpoint": Kind("sagemaker", _each("endpoints", "arn")),
    "AWS::CloudTrail::Trail": Kind("cloudtrail", _keyed("trails")),
    "AWS::CloudFormation::Stack": Kind("cloudformation", _stacks),
    "AWS::CodePipeline::Pipeline": Kind("codepipeline", _keyed("pipelines")),
    "AWS::IAM::OIDCProvider": Kind("iam", _keyed("open_id_providers"), partition=True),
    "AWS::ElasticLoadBalancingV2::Listener": Kind("elbv2", _listeners),
    "AWS::ElasticLoadBalancingV2::ListenerRule": Kind("elbv2", _rules),
    "AWS::SNS::Subscription": Kind("sns", _keyed("subscriptions")),
    # moto has none of these.
    "AWS::Scheduler::Schedule": Kind("", lambda _: ()),
    "AWS::ElastiCache::ServerlessCache": Kind("", lambda _: ()),
    "AWS::ElastiCache::ParameterGroup": Kind("", lambda _: ()),
    "AWS::S3Express::DirectoryBucket": Kind("", lambda _: ()),
    "AWS::CloudWatch::MetricStream": Kind("", lambda _: ()),
}


def _held(kind: Kind, account: str, region: str) -> dict[str, dict]:
    """A service that was never called is not loaded, and holds nothing."""
    if f"moto.{kind.package}.models" not in sys.modules:
        return {}
    from moto.backends import get_backend

    backend = get_backend(kind.package)[account]["aws" if kind.partition else region]
    return dict(kind.items(backend))


def _list(body: dict, kind: Kind, held: dict[str, dict]) -> dict:
    name = body["TypeName"]
    if not kind.listed:
        raise server.Refusal("UnsupportedActionException", f"Resource type {name} does not support LIST action")
    if kind.model and not body.get("ResourceModel"):
        raise server.Refusal("InvalidRequestException", "Missing or invalid ResourceModel property in the request")
    start = int(base64.b64decode(body.get("NextToken", "")) or 0)
    page = sorted(held)[start : start + PAGE]
    more = start + PAGE < len(held)
    return {
        "TypeName": name,
        "ResourceDescriptions": [{"Identifier": one, "Properties": "{}"} for one in page],
        **({"NextToken": base64.b64encode(str(start + PAGE).encode()).decode()} if more else {}),
    }


def _get(body: dict, _kind: Kind, held: dict[str, dict]) -> dict:
    name, identifier = body["TypeName"], body["Identifier"]
    if identifier not in held:
        raise server.Refusal("ResourceNotFoundException", f"Resource of type '{name}' with identifier '{identifier}' was not found.")
    description = {"Identifier": identifier, "Properties": json.dumps(held[identifier])}
    return {"TypeName": name, "ResourceDescription": description}


ACTIONS = {"ListResources": _list, "GetResource": _get}


@server.target("CloudApiService")
def _answer(action: str, body: dict, account: str, region: str) -> dict:
    operation = ACTIONS.get(action)
    if operation is None:
        raise NotImplementedError(f"the lab's Cloud Control API only reads, and has no {action}")
    kind = TYPES.get(body.get("TypeName", ""))
    if kind is None:
        raise server.Refusal("TypeNotFoundException", f"The type '{body.get('TypeName')}' cannot be found.")
    return operation(body, kind, _held(kind, account, region))
