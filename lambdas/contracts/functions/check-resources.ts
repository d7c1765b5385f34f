import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-resources',
  variables: ['CHECK', 'WAIT_SECONDS', 'TARGETS'],
  timeoutSeconds: 120,
  memoryMb: 256,
  // Of all kinds with all that they can be asked for. A function has what its own targets need: lib/iam/resource-check-grants.ts.
  actions: [
    'cloudwatch:DescribeAlarms',
    'cloudwatch:GetMetricData',
    'dynamodb:DescribeContinuousBackups',
    'dynamodb:DescribeTable',
    'ecs:DescribeServices',
    'ecs:DescribeTasks',
    'ecs:ListTasks',
    'events:DescribeRule',
    'events:ListTargetsByRule',
    'lambda:GetFunctionConcurrency',
    'lambda:GetFunctionConfiguration',
    'lambda:InvokeFunction',
    'rds:DescribeDBClusters',
    'rds:DescribeDBInstances',
    'sqs:GetQueueAttributes',
    'states:DescribeStateMachine',
    'states:ListExecutions',
  ],
});
