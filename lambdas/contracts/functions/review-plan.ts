import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'review-plan',
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'PROJECT', 'MAX_DELETIONS', 'ACCEPTED_RISKS'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: [...OWNERSHIP_ACTIONS],
  buckets: { 's3:GetObject': ['control'] },
  record: ASKED,
});
