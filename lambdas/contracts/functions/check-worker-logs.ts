import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-worker-logs',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: [
    'ecs:DescribeServices',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'logs:DescribeLogGroups',
    'logs:DescribeLogStreams',
    'logs:FilterLogEvents',
  ],
});
