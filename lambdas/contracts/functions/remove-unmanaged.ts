import { OWNERSHIP_ACTIONS, REMOVAL_ACTIONS, SWEEP_ACTIONS, USER_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'remove-unmanaged',
  variables: [
    'ENVIRONMENTS_TABLE',
    'NAME_PATTERN',
    'CONTROL_BUCKET',
    'PROJECT',
    'ALLOWED_ACCOUNTS',
    'ALLOWED_REGIONS',
    'MAX_DELETIONS',
  ],
  timeoutSeconds: 300,
  memoryMb: 512,
  actions: [...new Set([...SWEEP_ACTIONS, ...REMOVAL_ACTIONS, ...USER_ACTIONS, ...OWNERSHIP_ACTIONS])],
  buckets: {
    's3:GetObject': ['state', 'control'],
    's3:ListBucket': ['named', 'control'],
    's3:PutObject': [{ files: ['runs/*/unmanaged.json'] }],
    // S3 deletes no bucket that contains anything.
    's3:GetBucketTagging': ['named'],
    's3:DeleteBucket': ['named'],
    's3:ListAllMyBuckets': [],
  },
  record: ASKED,
  readsAnyName: true,
});
