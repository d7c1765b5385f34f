import { defineFunction } from './define.ts';

// One function a check, each with what its own targets need: lib/iam/resource-check-grants.ts.
export const manifest = defineFunction({
  name: 'check-resources',
  variables: ['CHECK', 'WAIT_SECONDS', 'TARGETS'],
  timeoutSeconds: 120,
  memoryMb: 256,
  actions: [],
});
