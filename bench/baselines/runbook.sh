#!/usr/bin/env bash
# The usage is runbook.sh ENVIRONMENT [parallel]. The script runs §3 to §5 of the runbook with the AWS CLI: it reads
# what the runbook names, and checks it. The checks run one after the other, or all at once with `&`.
set -euo pipefail
environment=$1 mode=${2:-sequential}
prefix=order-platform-$environment-v3
cluster=$prefix-cluster
account=$(aws sts get-caller-identity --query Account --output text)
alb=$(aws elbv2 describe-load-balancers --names "$prefix-alb" --query 'LoadBalancers[0].DNSName' --output text)
commit=$COMMIT

# The AWS CLI's first version has a legacy address for SQS, which an endpoint in the environment does not change.
sqs=(aws sqs ${AWS_ENDPOINT_URL:+--endpoint-url "$AWS_ENDPOINT_URL"})

expect() { [[ $2 == "$3" ]] || { echo "$1: expected $3, got $2" >&2; exit 1; }; }

ecs_services() {
  aws ecs list-clusters >/dev/null
  aws ecs list-services --cluster "$cluster" >/dev/null
  local service
  for service in api worker; do
    expect "$service" "$(aws ecs describe-services --cluster "$cluster" --services "$prefix-$service-svc" \
      --query 'services[0].[runningCount == desiredCount, length(deployments), deployments[0].rolloutState]' --output text | xargs)" 'True 1 COMPLETED'
    aws ecs list-tasks --cluster "$cluster" --service-name "$prefix-$service-svc" --desired-status STOPPED >/dev/null
  done
}

alb_health() {
  expect health "$(curl --silent --fail "http://$alb/actuator/health" | jq --raw-output .status)" UP
  local group
  group=$(aws elbv2 describe-target-groups --names "$prefix-api-tg" --query 'TargetGroups[0].TargetGroupArn' --output text)
  expect targets "$(aws elbv2 describe-target-health --target-group-arn "$group" \
    --query 'TargetHealthDescriptions[].TargetHealth.State' --output text)" healthy
}

worker_logs() {
  aws logs describe-log-groups --log-group-name-prefix "/ecs/$prefix" >/dev/null
  local stream
  stream=$(aws logs describe-log-streams --log-group-name "/ecs/$prefix/worker" --order-by LastEventTime --descending \
    --query 'logStreams[0].logStreamName' --output text)
  aws logs get-log-events --log-group-name "/ecs/$prefix/worker" --log-stream-name "$stream" --limit 50 >/dev/null
}

e2e_order() {
  local id status=''
  id=$(curl --silent --fail -X POST "http://$alb/orders" -H 'Content-Type: application/json' \
    -d '{"customerId":"test","amount":123}' | jq --raw-output .orderId)
  for _ in {1..60}; do
    status=$(curl --silent --fail "http://$alb/orders/$id" | jq --raw-output .status)
    [[ $status != PROCESSED ]] || break
    sleep 1
  done
  expect order "$status" PROCESSED
}

sqs_backlog() {
  local url left empty=0
  url=$("${sqs[@]}" get-queue-url --queue-name "$prefix-order-events" --query QueueUrl --output text)
  # One zero proves little, and an order of the other job may be in progress, so the count has to be zero five times.
  for _ in {1..60}; do
    left=$("${sqs[@]}" get-queue-attributes --queue-url "$url" --attribute-names ApproximateNumberOfMessages \
      ApproximateNumberOfMessagesNotVisible --query 'values(Attributes)' --output text | xargs)
    [[ $left == '0 0' ]] && empty=$((empty + 1)) || empty=0
    ((empty < 5)) || return 0
    sleep 0.25
  done
  expect backlog "$left" '0 0'
}

ecr_images() {
  local service wanted running
  for service in api worker; do
    aws ecr list-images --repository-name "$prefix-$service" >/dev/null
    wanted=$(aws ecr describe-images --repository-name "$prefix-$service" --image-ids "imageTag=$commit" \
      --query 'imageDetails[0].imageDigest' --output text)
    expect "stable $service" "$(aws ecr describe-images --repository-name "$prefix-$service" --image-ids "imageTag=$service-main" \
      --query 'imageDetails[0].imageDigest' --output text)" "$wanted"
    running=$(aws ecs list-tasks --cluster "$cluster" --service-name "$prefix-$service-svc" --query 'taskArns[0]' --output text)
    expect "running $service" "$(aws ecs describe-tasks --cluster "$cluster" --tasks "$running" \
      --query 'tasks[0].containers[0].imageDigest' --output text)" "$wanted"
  done
}

backend() {
  local bucket=$prefix-tfstate-$account
  expect versioning "$(aws s3api get-bucket-versioning --bucket "$bucket" --query Status --output text)" Enabled
  aws s3api get-bucket-encryption --bucket "$bucket" >/dev/null
  aws s3api get-public-access-block --bucket "$bucket" >/dev/null
  aws s3api head-object --bucket "$bucket" --key stack/terraform.tfstate >/dev/null
  expect locks "$(aws dynamodb describe-table --table-name "$prefix-tflock" --query Table.TableStatus --output text)" ACTIVE
}

checks=(ecs_services alb_health worker_logs e2e_order sqs_backlog ecr_images backend)
if [[ $mode == parallel ]]; then
  pids=()
  for check in "${checks[@]}"; do "$check" & pids+=($!); done
  for pid in "${pids[@]}"; do wait "$pid"; done
else
  for check in "${checks[@]}"; do "$check"; done
fi
