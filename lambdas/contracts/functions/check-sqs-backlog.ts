import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-sqs-backlog',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 120,
  memoryMb: 256,
  actions: ['sqs:GetQueueAttributes', 'ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'],
});
