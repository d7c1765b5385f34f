import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'environment-metrics',
  variables: ['ENVIRONMENTS_TABLE'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:Scan'],
  unattended: true,
});
