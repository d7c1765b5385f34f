import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'pull-request',
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'IMAGES', 'MACHINE_ARNS', 'PULL_REQUEST_PREFIX'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:GetItem', 'dynamodb:Scan', 'states:StartExecution'],
});
