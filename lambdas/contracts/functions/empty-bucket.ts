import { emptyBucketEvent } from '../payloads/removal.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'empty-bucket',
  request: emptyBucketEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE', 'PROJECT'],
  timeoutSeconds: 900,
  memoryMb: 512,
  actions: [...OWNERSHIP_ACTIONS],
  buckets: {
    's3:GetBucketTagging': ['state'],
    's3:ListBucket': ['state'],
    's3:ListBucketVersions': ['state'],
    's3:DeleteObjectVersion': ['state'],
  },
  record: ASKED,
});
