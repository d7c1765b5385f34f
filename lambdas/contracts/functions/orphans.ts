import { GENERIC_ACTIONS } from '../generic-kinds.ts';
import { SWEEP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'orphans',
  variables: [
    'ENVIRONMENTS_TABLE',
    'NAME_PATTERN',
    'CONTROL_BUCKET',
    'PROJECT',
    'ALLOWED_REGIONS',
    'NOTIFICATIONS_TOPIC_ARN',
    'CHAT_TOPIC_ARN',
    'WEBHOOK',
  ],
  timeoutSeconds: 900,
  memoryMb: 512,
  actions: [...new Set([...SWEEP_ACTIONS, ...GENERIC_ACTIONS, 'dynamodb:GetItem', 'sns:Publish', 'events:PutEvents'])],
  buckets: {
    's3:GetObject': ['state', 'control'],
    's3:PutObject': [{ files: ['runs/*/orphans.json'] }],
    's3:ListBucket': ['control', 'named'],
    's3:GetBucketTagging': ['named'],
    's3:ListAllMyBuckets': [],
  },
  unattended: true,
  readsAnyName: true,
});
