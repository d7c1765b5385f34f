import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'rollout',
  variables: [],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeTaskDefinition'],
});
