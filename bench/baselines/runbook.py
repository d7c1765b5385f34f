"""Runs §3 to §5 of the runbook with boto3, each check in its own thread. Usage: runbook.py ENVIRONMENT."""
import json, os, sys, time, urllib.request
from concurrent.futures import ThreadPoolExecutor

import boto3

environment = sys.argv[1]
prefix = f"order-platform-{environment}-v3"
cluster, commit = f"{prefix}-cluster", os.environ["COMMIT"]
clients = {name: boto3.client(name) for name in ["ecs", "elbv2", "logs", "sqs", "ecr", "s3", "dynamodb", "sts"]}
account = clients["sts"].get_caller_identity()["Account"]
alb = clients["elbv2"].describe_load_balancers(Names=[f"{prefix}-alb"])["LoadBalancers"][0]["DNSName"]


def expect(what, got, wanted):
    if got != wanted:
        raise SystemExit(f"{what}: expected {wanted}, got {got}")


def http(path, body=None):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"http://{alb}{path}", json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def ecs_services():
    ecs = clients["ecs"]
    names = [f"{prefix}-api-svc", f"{prefix}-worker-svc"]
    for service in ecs.describe_services(cluster=cluster, services=names)["services"]:
        expect("running", service["runningCount"], service["desiredCount"])
        expect("rollout", [one["rolloutState"] for one in service["deployments"]], ["COMPLETED"])
        ecs.list_tasks(cluster=cluster, serviceName=service["serviceName"], desiredStatus="STOPPED")


def alb_health():
    expect("health", http("/actuator/health")["status"], "UP")
    group = clients["elbv2"].describe_target_groups(Names=[f"{prefix}-api-tg"])["TargetGroups"][0]["TargetGroupArn"]
    health = clients["elbv2"].describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    expect("targets", [one["TargetHealth"]["State"] for one in health], ["healthy"])


def worker_logs():
    logs, group = clients["logs"], f"/ecs/{prefix}/worker"
    logs.describe_log_groups(logGroupNamePrefix=f"/ecs/{prefix}")
    streams = logs.describe_log_streams(logGroupName=group, orderBy="LastEventTime", descending=True)["logStreams"]
    logs.get_log_events(logGroupName=group, logStreamName=streams[0]["logStreamName"], limit=50)


def e2e_order():
    order = http("/orders", {"customerId": "test", "amount": 123})["orderId"]
    for _ in range(120):
        status = http(f"/orders/{order}")["status"]
        if status == "PROCESSED":
            return
        time.sleep(0.5)
    expect("order", status, "PROCESSED")


def sqs_backlog():
    url = clients["sqs"].get_queue_url(QueueName=f"{prefix}-order-events")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    # One zero proves little, and an order of the other thread may be in progress: the count has to be zero five times.
    empty = 0
    for _ in range(60):
        left = clients["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        empty = empty + 1 if set(left.values()) == {"0"} else 0
        if empty == 5:
            return
        time.sleep(0.25)
    expect("backlog", left, {"0"})


def ecr_images():
    for service in ["api", "worker"]:
        image = lambda tag: clients["ecr"].describe_images(
            repositoryName=f"{prefix}-{service}", imageIds=[{"imageTag": tag}]
        )["imageDetails"][0]["imageDigest"]
        wanted = image(commit)
        expect("stable", image(f"{service}-main"), wanted)
        tasks = clients["ecs"].list_tasks(cluster=cluster, serviceName=f"{prefix}-{service}-svc")["taskArns"]
        running = clients["ecs"].describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
        expect("running", {one["containers"][0]["imageDigest"] for one in running}, {wanted})


def backend():
    s3, bucket = clients["s3"], f"{prefix}-tfstate-{account}"
    expect("versioning", s3.get_bucket_versioning(Bucket=bucket)["Status"], "Enabled")
    s3.get_bucket_encryption(Bucket=bucket)
    s3.get_public_access_block(Bucket=bucket)
    s3.head_object(Bucket=bucket, Key="stack/terraform.tfstate")
    expect("locks", clients["dynamodb"].describe_table(TableName=f"{prefix}-tflock")["Table"]["TableStatus"], "ACTIVE")


checks = [ecs_services, alb_health, worker_logs, e2e_order, sqs_backlog, ecr_images, backend]
with ThreadPoolExecutor(len(checks)) as pool:
    for done in [pool.submit(check) for check in checks]:
        done.result()
