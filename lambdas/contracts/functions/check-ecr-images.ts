import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-ecr-images',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: [
    'ecr:DescribeImages',
    'ecr:BatchGetImage',
    'ecs:DescribeServices',
    'ecs:ListTasks',
    'ecs:DescribeTasks',
    'ecs:DescribeTaskDefinition',
  ],
});
