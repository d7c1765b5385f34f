import { GENERIC_ACTIONS } from '../generic-kinds.ts';
import { PROVENANCE_ACTIONS, SWEEP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'sweep-services',
  variables: ['ENVIRONMENTS_TABLE', 'NAME_PATTERN', 'CONTROL_BUCKET', 'PROJECT', 'ALLOWED_REGIONS', 'BUILD_PROJECTS'],
  timeoutSeconds: 300,
  memoryMb: 512,
  actions: [...new Set([...SWEEP_ACTIONS, ...GENERIC_ACTIONS, ...PROVENANCE_ACTIONS])],
  buckets: {
    's3:GetObject': ['control'],
    's3:PutObject': [{ files: ['runs/*/sweeps/*'] }],
    's3:ListBucket': ['control', 'named'],
    's3:GetBucketTagging': ['named'],
    's3:ListAllMyBuckets': [],
  },
  readsAnyName: true,
});
