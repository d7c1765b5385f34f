import { beforeAll, expect, test } from 'vitest';
import type { Sweeper } from '../../../../lambdas/sweep/sweep-service.ts';

/**
 * When Terraform is stopped before it reads a new resource back, the state has the resource's id and nothing else. A
 * sweep must query that resource too. As a part of another resource, it would be a leftover that no sweep reports.
 */

const SERVICES = [
  'rds',
  'sqs',
  'ecr',
  'dynamodb',
  'cloudwatch',
  'events',
  'iam',
  's3',
  'logs',
  'cloudcontrol',
] as const;
const sweepers = new Map<string, Sweeper>();

beforeAll(async () => {
  process.env.AWS_REGION = 'eu-west-1';
  for (const service of SERVICES) {
    const module = (await import(`../../../../lambdas/aws/sweepers/${service}.ts`)) as { sweeper: Sweeper };
    sweepers.set(service, module.sweeper);
  }
});

test.each([
  ['rds', 'aws_db_instance', 'x-v3-db', { type: 'db-instance', id: 'x-v3-db' }],
  ['rds', 'aws_db_subnet_group', 'x-v3-db', { type: 'subnet-group', id: 'x-v3-db' }],
  ['sqs', 'aws_sqs_queue', 'https://sqs.eu-west-1.amazonaws.com/1/x-v3-q', { type: 'queue', id: 'x-v3-q' }],
  ['ecr', 'aws_ecr_repository', 'x-v3-api', { type: 'repository', id: 'x-v3-api' }],
  ['dynamodb', 'aws_dynamodb_table', 'x-v3-tflock', { type: 'table', id: 'x-v3-tflock' }],
  ['cloudwatch', 'aws_cloudwatch_metric_alarm', 'x-v3-5xx', { type: 'alarm', id: 'x-v3-5xx' }],
  ['cloudwatch', 'aws_cloudwatch_dashboard', 'x-v3', { type: 'dashboard', id: 'x-v3' }],
  ['events', 'aws_cloudwatch_event_rule', 'x-v3-stopped', { type: 'rule', id: 'x-v3-stopped' }],
  ['iam', 'aws_iam_role', 'x-v3-task', { type: 'role', id: 'x-v3-task' }],
  ['s3', 'aws_s3_bucket', 'x-v3-tfstate', { type: 'bucket', id: 'x-v3-tfstate' }],
  ['logs', 'aws_cloudwatch_log_group', '/ecs/x-v3/api', { type: 'log-group', id: '/ecs/x-v3/api' }],
  ['cloudcontrol', 'aws_eks_cluster', 'x-v3', { type: 'AWS::EKS::Cluster', id: 'x-v3' }],
  ['cloudcontrol', 'aws_autoscaling_group', 'x-v3', { type: 'AWS::AutoScaling::AutoScalingGroup', id: 'x-v3' }],
  // Cloud Control's list has another identifier, and would not have these: that would be a confirmed absence.
  ['cloudcontrol', 'aws_batch_compute_environment', 'x-v3', undefined],
  ['cloudcontrol', 'aws_sagemaker_endpoint', 'x-v3', undefined],
  ['cloudcontrol', 'aws_wafv2_web_acl', '1b2c-3d', undefined],
  ['cloudcontrol', 'aws_scheduler_schedule', 'default/x-v3', undefined],
  // A sweep can query nothing without an id, and must report that.
  ['rds', 'aws_db_instance', '', undefined],
  ['sqs', 'aws_sqs_queue', '', undefined],
])('%s looks for a half-made %s %s', (service, type, id, candidate) => {
  expect(sweepers.get(service)?.fromInventory({ type, name: 'it', id, service: service as 'rds' })).toEqual(candidate);
});
