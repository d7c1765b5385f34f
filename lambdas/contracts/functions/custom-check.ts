import { defineFunction } from './define.ts';

// Its stack grants it what it needs.
export const manifest = defineFunction({
  name: 'custom-check',
  variables: ['CHECK', 'WAIT_SECONDS'],
  timeoutSeconds: 120,
  memoryMb: 256,
  actions: [],
});
