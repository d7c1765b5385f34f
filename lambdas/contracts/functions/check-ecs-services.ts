import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-ecs-services',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks'],
});
