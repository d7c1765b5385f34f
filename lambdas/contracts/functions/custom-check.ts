import { defineFunction } from './define.ts';

// The stack grants the custom check its permissions.
export const manifest = defineFunction({
  name: 'custom-check',
  variables: ['CHECK', 'WAIT_SECONDS'],
  timeoutSeconds: 120,
  memoryMb: 256,
  actions: [],
});
