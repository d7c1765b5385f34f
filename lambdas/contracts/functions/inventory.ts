import { inventoryEvent } from '../payloads/inventory.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'inventory',
  request: inventoryEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'PROJECT'],
  timeoutSeconds: 60,
  memoryMb: 512,
  actions: [...OWNERSHIP_ACTIONS],
  buckets: {
    's3:GetBucketTagging': ['state'],
    's3:GetObject': ['state', 'control'],
    's3:ListBucket': ['state', 'control'],
    's3:PutObject': [{ files: ['runs/*/inventory.json'] }],
  },
  record: ASKED,
});
