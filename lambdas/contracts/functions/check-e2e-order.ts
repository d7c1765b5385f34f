import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-e2e-order',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 180,
  memoryMb: 256,
  actions: [
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeLoadBalancers',
    'sqs:GetQueueAttributes',
    'logs:FilterLogEvents',
    'ecs:DescribeServices',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
  ],
});
