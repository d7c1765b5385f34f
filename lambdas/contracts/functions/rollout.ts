import { rolloutEvent } from '../payloads/images.ts';
import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'rollout',
  request: rolloutEvent.shape.request,
  variables: [],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['ecs:DescribeServices', 'ecs:ListTasks', 'ecs:DescribeTasks', 'ecs:DescribeTaskDefinition'],
});
