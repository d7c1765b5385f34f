"""Plants one resource of each kind in each way: by tag with a foreign name, by name without a tag, and in a VPC with
neither.

The script prints a JSON list of {kind, way, id, service}; `error` is set where the emulator refuses. The endpoint comes
from the environment.
"""

import json
import os
import sys
import traceback

import boto3

ENVIRONMENT, PROJECT, PREFIX = sys.argv[1:4]
REGION = os.environ["AWS_REGION"]
ACCOUNT = "123456789012"
TAGS = {"environment": ENVIRONMENT, "project": PROJECT}
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::x/*"}]})

_clients = {}


def aws(service, region=REGION):
    key = (service, region)
    if key not in _clients:
        _clients[key] = boto3.client(service, region_name=region)
    return _clients[key]


def upper(tags):
    return [{"Key": k, "Value": v} for k, v in tags.items()]


def lower(tags):
    return [{"key": k, "value": v} for k, v in tags.items()]


def spec(kind, tags, name=None):
    all_tags = {**tags, **({"Name": name} if name else {})}
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": upper(all_tags)}]} if all_tags else {}


class Place:
    """A place is a VPC that is nobody's, for a resource that has to be in one, or the environment's."""

    def __init__(self, tags, name=None, third=10):
        ec2 = aws("ec2")
        self.vpc = ec2.create_vpc(CidrBlock=f"10.{third}.0.0/16", **spec("vpc", tags, name))["Vpc"]["VpcId"]
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.{third}.{n}.0/24", AvailabilityZone=f"{REGION}{zone}")["Subnet"]["SubnetId"]
            for n, zone in ((1, "a"), (2, "b"))
        ]


KINDS = {}


def kind(name, *ways):
    def register(plant):
        KINDS[name] = (plant, ways or ("tag", "name"))
        return plant

    return register


def role(name="plant-role"):
    iam = aws("iam")
    try:
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        return iam.get_role(RoleName=name)["Role"]["Arn"]


# Each function takes a name, tags (maybe none), and a place; it returns what distinguishes the resource from all
# others.


@kind("ecs-cluster")
def _(n, t, p):
    aws("ecs").create_cluster(clusterName=n, tags=lower(t))
    return n


@kind("ecs-task-definition")
def _(n, t, p):
    aws("ecs").register_task_definition(family=n, containerDefinitions=[{"name": "x", "image": "x", "memory": 128}], tags=lower(t))
    return f"{n}:1"


@kind("ecs-service-elsewhere")
def _(n, t, p):
    ecs = aws("ecs")
    ecs.create_cluster(clusterName="a-neighbours")
    ecs.register_task_definition(family="a-neighbours", containerDefinitions=[{"name": "x", "image": "x", "memory": 128}])
    ecs.create_service(cluster="a-neighbours", serviceName=n, taskDefinition="a-neighbours", desiredCount=0, tags=lower(t))
    return n


@kind("rds-instance", "tag", "name", "vpc")
def _(n, t, p):
    rds = aws("rds")
    rds.create_db_subnet_group(DBSubnetGroupName=f"g-{n}", DBSubnetGroupDescription="x", SubnetIds=p.subnets)
    rds.create_db_instance(DBInstanceIdentifier=n, DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="planted", MasterUserPassword="planted-password", DBSubnetGroupName=f"g-{n}", Tags=upper(t))
    return n


@kind("rds-snapshot")
def _(n, t, p):
    rds = aws("rds")
    rds.create_db_instance(DBInstanceIdentifier=f"x{abs(hash(n))}", DBInstanceClass="db.t4g.micro", Engine="postgres", AllocatedStorage=20, MasterUsername="planted", MasterUserPassword="planted-password")
    rds.create_db_snapshot(DBInstanceIdentifier=f"x{abs(hash(n))}", DBSnapshotIdentifier=n, Tags=upper(t))
    return n


@kind("rds-cluster")
def _(n, t, p):
    aws("rds").create_db_cluster(DBClusterIdentifier=n, Engine="aurora-postgresql", MasterUsername="planted", MasterUserPassword="planted-password", Tags=upper(t))
    return n


@kind("rds-cluster-snapshot")
def _(n, t, p):
    rds = aws("rds")
    rds.create_db_cluster(DBClusterIdentifier=f"y{abs(hash(n))}", Engine="aurora-postgresql", MasterUsername="planted", MasterUserPassword="planted-password")
    rds.create_db_cluster_snapshot(DBClusterIdentifier=f"y{abs(hash(n))}", DBClusterSnapshotIdentifier=n, Tags=upper(t))
    return n


@kind("rds-proxy", "tag", "name", "vpc")
def _(n, t, p):
    aws("rds").create_db_proxy(DBProxyName=n, EngineFamily="POSTGRESQL", Auth=[], RoleArn=role(), VpcSubnetIds=p.subnets, Tags=upper(t))
    return n


@kind("rds-parameter-group")
def _(n, t, p):
    aws("rds").create_db_parameter_group(DBParameterGroupName=n, DBParameterGroupFamily="postgres17", Description="x", Tags=upper(t))
    return n


@kind("rds-cluster-parameter-group")
def _(n, t, p):
    aws("rds").create_db_cluster_parameter_group(DBClusterParameterGroupName=n, DBParameterGroupFamily="aurora-postgresql16", Description="x", Tags=upper(t))
    return n


@kind("rds-option-group")
def _(n, t, p):
    aws("rds").create_option_group(OptionGroupName=n, EngineName="mysql", MajorEngineVersion="8.0", OptionGroupDescription="x", Tags=upper(t))
    return n


@kind("sqs")
def _(n, t, p):
    aws("sqs").create_queue(QueueName=n, tags=t)
    return n


@kind("sqs-elsewhere", "tag")
def _(n, t, p):
    aws("sqs", "us-east-1").create_queue(QueueName=n, tags=t)
    return n


@kind("alb", "tag", "name", "vpc")
def _(n, t, p):
    aws("elbv2").create_load_balancer(Name=n[:32], Subnets=p.subnets, **({"Tags": upper(t)} if t else {}))
    return n[:32]


@kind("nlb", "tag", "name", "vpc")
def _(n, t, p):
    aws("elbv2").create_load_balancer(Name=n[:32], Subnets=p.subnets, Type="network", **({"Tags": upper(t)} if t else {}))
    return n[:32]


@kind("target-group", "tag", "name", "vpc")
def _(n, t, p):
    aws("elbv2").create_target_group(Name=n[:32], Protocol="HTTP", Port=80, VpcId=p.vpc, **({"Tags": upper(t)} if t else {}))
    return n[:32]


@kind("classic-elb", "tag", "name", "vpc")
def _(n, t, p):
    aws("elb").create_load_balancer(LoadBalancerName=n[:32], Subnets=p.subnets[:1], Listeners=[{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}], **({"Tags": upper(t)} if t else {}))
    return n[:32]


@kind("ecr")
def _(n, t, p):
    aws("ecr").create_repository(repositoryName=n, tags=upper(t))
    return n


@kind("log-group")
def _(n, t, p):
    aws("logs").create_log_group(logGroupName=f"/aws/lambda/{n}", **({"tags": t} if t else {}))
    return f"/aws/lambda/{n}"


def ec2_kind(label, *ways):
    return kind(label, *(ways or ("tag", "name")))


@ec2_kind("elastic-ip")
def _(n, t, p):
    return aws("ec2").allocate_address(Domain="vpc", **spec("elastic-ip", t, n))["AllocationId"]


@ec2_kind("nat-gateway", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_nat_gateway(SubnetId=p.subnets[0], ConnectivityType="private", **spec("natgateway", t, n))["NatGateway"]["NatGatewayId"]


@ec2_kind("nat-gateway-elsewhere", "tag")
def _(n, t, p):
    ec2 = aws("ec2", "us-east-1")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    return ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", **spec("natgateway", t))["NatGateway"]["NatGatewayId"]


@ec2_kind("network-interface", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_network_interface(SubnetId=p.subnets[0], **spec("network-interface", t, n))["NetworkInterface"]["NetworkInterfaceId"]


@ec2_kind("subnet", "tag", "name", "vpc")
def _(n, t, p):
    p.third = getattr(p, "third", 50) + 1
    cidr = aws("ec2").describe_vpcs(VpcIds=[p.vpc])["Vpcs"][0]["CidrBlock"].split(".")[1]
    return aws("ec2").create_subnet(VpcId=p.vpc, CidrBlock=f"10.{cidr}.{p.third}.0/24", **spec("subnet", t, n))["Subnet"]["SubnetId"]


@ec2_kind("security-group", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_security_group(GroupName=n or "untold", Description="x", VpcId=p.vpc, **spec("security-group", t))["GroupId"]


@ec2_kind("route-table", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_route_table(VpcId=p.vpc, **spec("route-table", t, n))["RouteTable"]["RouteTableId"]


@ec2_kind("network-acl", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_network_acl(VpcId=p.vpc, **spec("network-acl", t, n))["NetworkAcl"]["NetworkAclId"]


@ec2_kind("internet-gateway", "tag", "name")
def _(n, t, p):
    return aws("ec2").create_internet_gateway(**spec("internet-gateway", t, n))["InternetGateway"]["InternetGatewayId"]


@ec2_kind("egress-only-gateway", "tag", "name")
def _(n, t, p):
    return aws("ec2").create_egress_only_internet_gateway(VpcId=p.vpc, **spec("egress-only-internet-gateway", t, n))["EgressOnlyInternetGateway"]["EgressOnlyInternetGatewayId"]


@ec2_kind("vpc-endpoint", "tag", "name", "vpc")
def _(n, t, p):
    return aws("ec2").create_vpc_endpoint(VpcId=p.vpc, ServiceName=f"com.amazonaws.{REGION}.sqs", VpcEndpointType="Interface", SubnetIds=p.subnets, **spec("vpc-endpoint", t, n))["VpcEndpoint"]["VpcEndpointId"]


@ec2_kind("instance", "tag", "name", "vpc")
def _(n, t, p):
    image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    return aws("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=p.subnets[0], **spec("instance", t, n))["Instances"][0]["InstanceId"]


@ec2_kind("volume")
def _(n, t, p):
    return aws("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8, **spec("volume", t, n))["VolumeId"]


@ec2_kind("snapshot")
def _(n, t, p):
    volume = aws("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=8)["VolumeId"]
    return aws("ec2").create_snapshot(VolumeId=volume, **spec("snapshot", t, n))["SnapshotId"]


@ec2_kind("image")
def _(n, t, p):
    image = aws("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    instance = aws("ec2").run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    return aws("ec2").create_image(InstanceId=instance, Name=n, **spec("image", t))["ImageId"]


@ec2_kind("transit-gateway")
def _(n, t, p):
    return aws("ec2").create_transit_gateway(**spec("transit-gateway", t, n))["TransitGateway"]["TransitGatewayId"]


@ec2_kind("vpn-gateway", "tag", "name", "vpc")
def _(n, t, p):
    ec2 = aws("ec2")
    gateway = ec2.create_vpn_gateway(Type="ipsec.1", **spec("vpn-gateway", t, n))["VpnGateway"]["VpnGatewayId"]
    if n.startswith("in-vpc-"):
        ec2.attach_vpn_gateway(VpcId=p.vpc, VpnGatewayId=gateway)
    return gateway


@ec2_kind("customer-gateway")
def _(n, t, p):
    return aws("ec2").create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.9", BgpAsn=65000, **spec("customer-gateway", t, n))["CustomerGateway"]["CustomerGatewayId"]


@ec2_kind("flow-log", "tag", "name", "vpc")
def _(n, t, p):
    bucket = f"flow-{abs(hash((n, p.vpc)))}"
    aws("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    # moto decides on their resource type in tags.
    answer = aws("ec2").create_flow_logs(ResourceIds=[p.vpc], ResourceType="VPC", TrafficType="ALL", LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{bucket}", **spec("vpc-flow-log", t, n))
    return answer["FlowLogIds"][0]


@ec2_kind("peering", "tag", "name", "vpc")
def _(n, t, p):
    other = aws("ec2").create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    return aws("ec2").create_vpc_peering_connection(VpcId=p.vpc, PeerVpcId=other, **spec("vpc-peering-connection", t, n))["VpcPeeringConnection"]["VpcPeeringConnectionId"]


@ec2_kind("launch-template")
def _(n, t, p):
    return aws("ec2").create_launch_template(LaunchTemplateName=n, LaunchTemplateData={"InstanceType": "t3.micro"}, **spec("launch-template", t))["LaunchTemplate"]["LaunchTemplateId"]


@kind("autoscaling-group")
def _(n, t, p):
    scaling = aws("autoscaling")
    try:
        scaling.create_launch_configuration(LaunchConfigurationName="planted", ImageId="ami-12c6146b", InstanceType="t3.micro")
    except scaling.exceptions.AlreadyExistsFault:
        pass
    tags = [{"ResourceId": n, "ResourceType": "auto-scaling-group", "Key": k, "Value": v, "PropagateAtLaunch": False} for k, v in t.items()]
    scaling.create_auto_scaling_group(AutoScalingGroupName=n, LaunchConfigurationName="planted", MinSize=0, MaxSize=0, VPCZoneIdentifier=p.subnets[0], Tags=tags)
    return n


@kind("iam-role")
def _(n, t, p):
    aws("iam").create_role(RoleName=n, AssumeRolePolicyDocument=TRUST, Tags=upper(t))
    return n


@kind("iam-policy")
def _(n, t, p):
    aws("iam").create_policy(PolicyName=n, PolicyDocument=POLICY, Tags=upper(t))
    return n


@kind("iam-user")
def _(n, t, p):
    aws("iam").create_user(UserName=n, Tags=upper(t))
    return n


@kind("iam-instance-profile")
def _(n, t, p):
    aws("iam").create_instance_profile(InstanceProfileName=n, Tags=upper(t))
    return n


@kind("secret")
def _(n, t, p):
    return aws("secretsmanager").create_secret(Name=n, SecretString="x", Tags=upper(t))["ARN"]


@kind("sns")
def _(n, t, p):
    aws("sns").create_topic(Name=n, Tags=upper(t))
    return n


@kind("alarm")
def _(n, t, p):
    aws("cloudwatch").put_metric_alarm(AlarmName=n, MetricName="x", Namespace="x", Period=60, EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold", Statistic="Sum", Tags=upper(t))
    return n


@kind("dashboard", "name")
def _(n, t, p):
    aws("cloudwatch").put_dashboard(DashboardName=n, DashboardBody='{"widgets":[]}')
    return n


@kind("kms")
def _(n, t, p):
    key = aws("kms").create_key(Tags=[{"TagKey": k, "TagValue": v} for k, v in t.items()])["KeyMetadata"]["KeyId"]
    if t:
        return key
    aws("kms").create_alias(AliasName=f"alias/{n}", TargetKeyId=key)
    return f"alias/{n}"


@kind("kms-custom-key-store", "name")
def _(n, t, p):
    raise NotImplementedError("moto has no custom key stores")


@kind("dynamodb")
def _(n, t, p):
    aws("dynamodb").create_table(TableName=n, AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST", Tags=upper(t))
    return n


@kind("dynamodb-backup", "name")
def _(n, t, p):
    table = f"{PREFIX}-backed-up"
    aws("dynamodb").create_table(TableName=table, AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], BillingMode="PAY_PER_REQUEST")
    arn = aws("dynamodb").create_backup(TableName=table, BackupName="of-some-name")["BackupDetails"]["BackupArn"]
    aws("dynamodb").delete_table(TableName=table)
    return arn


@kind("s3")
def _(n, t, p):
    aws("s3").create_bucket(Bucket=n, CreateBucketConfiguration={"LocationConstraint": REGION})
    if t:
        aws("s3").put_bucket_tagging(Bucket=n, Tagging={"TagSet": upper(t)})
    return n


@kind("events-rule")
def _(n, t, p):
    aws("events").put_rule(Name=n, EventPattern='{"source":["aws.ecs"]}', Tags=upper(t))
    return n


@kind("event-bus")
def _(n, t, p):
    aws("events").create_event_bus(Name=n, Tags=upper(t))
    return n


@kind("lambda")
def _(n, t, p):
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): pass")
    aws("lambda").create_function(FunctionName=n, Runtime="python3.13", Role=role(), Handler="index.handler", Code={"ZipFile": packed.getvalue()}, Tags=t)
    return n


@kind("state-machine", "tag")
def _(n, t, p):
    aws("stepfunctions").create_state_machine(name=n, definition='{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}', roleArn=role(), tags=lower(t))
    return n


@kind("codebuild", "tag")
def _(n, t, p):
    aws("codebuild").create_project(name=n, source={"type": "NO_SOURCE", "buildspec": "version: 0.2"}, artifacts={"type": "NO_ARTIFACTS"}, environment={"type": "LINUX_CONTAINER", "image": "x", "computeType": "BUILD_GENERAL1_SMALL"}, serviceRole=role(), tags=lower(t))
    return n


@kind("ssm-parameter")
def _(n, t, p):
    aws("ssm").put_parameter(Name=f"/{n}/x", Value="x", Type="String", Tags=upper(t))
    return f"/{n}/x"


@kind("kinesis")
def _(n, t, p):
    aws("kinesis").create_stream(StreamName=n, ShardCount=1, **({"Tags": t} if t else {}))
    return n


@kind("firehose")
def _(n, t, p):
    aws("firehose").create_delivery_stream(DeliveryStreamName=n, S3DestinationConfiguration={"RoleARN": role(), "BucketARN": "arn:aws:s3:::x"}, **({"Tags": upper(t)} if t else {}))
    return n


@kind("elasticache")
def _(n, t, p):
    aws("elasticache").create_cache_cluster(CacheClusterId=n[:40], Engine="redis", NumCacheNodes=1, CacheNodeType="cache.t3.micro", Tags=upper(t))
    return n[:40]


@kind("elasticache-group")
def _(n, t, p):
    aws("elasticache").create_replication_group(ReplicationGroupId=n[:40], ReplicationGroupDescription="x", Engine="redis", CacheNodeType="cache.t3.micro", Tags=upper(t))
    return n[:40]


@kind("opensearch", "tag")
def _(n, t, p):
    aws("opensearch").create_domain(DomainName=n[:28], TagList=upper(t))
    return n[:28]


@kind("efs")
def _(n, t, p):
    return aws("efs").create_file_system(CreationToken=n, Tags=upper({**t, **({} if t else {"Name": n})}))["FileSystemId"]


@kind("route53")
def _(n, t, p):
    zone = aws("route53").create_hosted_zone(Name=f"{n}.example.com", CallerReference=n)["HostedZone"]["Id"].split("/")[-1]
    if t:
        aws("route53").change_tags_for_resource(ResourceType="hostedzone", ResourceId=zone, AddTags=upper(t))
    return zone


@kind("cloudfront", "tag")
def _(n, t, p):
    config = {
        "CallerReference": n, "Comment": n, "Enabled": True,
        "Origins": {"Quantity": 1, "Items": [{"Id": "o", "DomainName": "x.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}]},
        "DefaultCacheBehavior": {"TargetOriginId": "o", "ViewerProtocolPolicy": "allow-all", "MinTTL": 0, "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}}},
    }
    return aws("cloudfront").create_distribution_with_tags(DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": upper(t)}})["Distribution"]["Id"]


@kind("rest-api")
def _(n, t, p):
    return aws("apigateway").create_rest_api(name=n, tags=t)["id"]


@kind("http-api")
def _(n, t, p):
    return aws("apigatewayv2").create_api(Name=n, ProtocolType="HTTP", Tags=t)["ApiId"]


@kind("redshift")
def _(n, t, p):
    aws("redshift").create_cluster(ClusterIdentifier=n, NodeType="ra3.large", MasterUsername="planted", MasterUserPassword="Planted1x", Tags=upper(t))
    return n


@kind("eks")
def _(n, t, p):
    aws("eks").create_cluster(name=n, roleArn=role(), resourcesVpcConfig={"subnetIds": p.subnets}, tags=t)
    return n


@kind("backup-vault")
def _(n, t, p):
    aws("backup").create_backup_vault(BackupVaultName=n, BackupVaultTags=t)
    return n


@kind("service-discovery", "tag")
def _(n, t, p):
    aws("servicediscovery").create_http_namespace(Name=n, Tags=upper(t))
    return aws("servicediscovery").list_namespaces()["Namespaces"][-1]["Id"]


@kind("acm", "tag")
def _(n, t, p):
    return aws("acm").request_certificate(DomainName=f"{n}.example.com", Tags=upper(t))["CertificateArn"]


@kind("wafv2")
def _(n, t, p):
    visible = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "x"}
    aws("wafv2").create_web_acl(Name=n, Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visible, **({"Tags": upper(t)} if t else {}))
    return n


@kind("emr", "tag")
def _(n, t, p):
    return aws("emr").run_job_flow(Name=n, ReleaseLabel="emr-7.0.0", Instances={"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 1, "KeepJobFlowAliveWhenNoSteps": True}, JobFlowRole="x", ServiceRole="x", Tags=upper(t))["JobFlowId"]


@kind("mq")
def _(n, t, p):
    return aws("mq").create_broker(BrokerName=n, EngineType="RABBITMQ", EngineVersion="3.13", HostInstanceType="mq.t3.micro", DeploymentMode="SINGLE_INSTANCE", PubliclyAccessible=False, AutoMinorVersionUpgrade=True, Users=[], Tags=t)["BrokerId"]


@kind("msk", "tag")
def _(n, t, p):
    return aws("kafka").create_cluster_v2(ClusterName=n, Serverless={"VpcConfigs": [{"SubnetIds": p.subnets}]}, Tags=t)["ClusterArn"]


@kind("cloudtrail")
def _(n, t, p):
    bucket = f"trail-{abs(hash(n))}"
    aws("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    aws("cloudtrail").create_trail(Name=n, S3BucketName=bucket, TagsList=upper(t))
    return n


@kind("cognito")
def _(n, t, p):
    return aws("cognito-idp").create_user_pool(PoolName=n, UserPoolTags=t)["UserPool"]["Id"]


@kind("cloudformation", "tag")
def _(n, t, p):
    template = json.dumps({"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}})
    return aws("cloudformation").create_stack(StackName=n, TemplateBody=template, Tags=upper(t))["StackId"]


@kind("glue-job")
def _(n, t, p):
    aws("glue").create_job(Name=n, Role=role(), Command={"Name": "glueetl"}, Tags=t)
    return n


@kind("batch")
def _(n, t, p):
    return aws("batch").create_compute_environment(computeEnvironmentName=n, type="UNMANAGED", state="ENABLED", serviceRole=role(), tags=t)["computeEnvironmentArn"]


@kind("memorydb")
def _(n, t, p):
    aws("memorydb").create_cluster(ClusterName=n[:40], NodeType="db.t4g.small", ACLName="open-access", **({"Tags": upper(t)} if t else {}))
    return n[:40]


def main():
    own = Place(TAGS, PREFIX, 20)
    foreign = Place({}, None, 30)
    planted = []
    for name, (plant, ways) in KINDS.items():
        for way in ways:
            label = {"tag": f"odd-{name}", "name": f"{PREFIX}-{name}", "vpc": f"in-vpc-{name}"}[way]
            tags = TAGS if way == "tag" else {}
            one = {"kind": name, "way": way}
            try:
                one["id"] = plant(label, tags, own if way == "vpc" else foreign)
            except Exception as error:  # noqa: BLE001 - whatever it is, the table says so
                one["error"] = f"{type(error).__name__}: {error}"
                if "-v" in sys.argv:
                    traceback.print_exc()
            planted.append(one)
    print(json.dumps({"vpc": own.vpc, "planted": planted}))


main()
