import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-journey',
  variables: ['CHECK', 'WAIT_SECONDS', 'JOURNEY'],
  timeoutSeconds: 180,
  memoryMb: 256,
  // A function has what its own journey needs: lib/iam/journey-grants.ts.
  actions: ['logs:FilterLogEvents', 'sqs:GetQueueAttributes'],
});
