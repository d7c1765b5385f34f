import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'preflight',
  variables: [
    'ENVIRONMENTS_TABLE',
    'NAME_PATTERN',
    'ALLOWED_ACCOUNTS',
    'ALLOWED_REGIONS',
    'BUNDLE_COMMIT',
    'MAX_LIFE_HOURS',
    'SWEEP_EXCLUSIONS',
    'CHECKS',
    'IMAGES',
    'KEEP_BACKEND',
    'BACKEND_NAMES',
    'INPUT_TYPES',
  ],
  timeoutSeconds: 30,
  memoryMb: 256,
  // The scan reads every record where the names of environments may overlap.
  actions: ['dynamodb:GetItem', 'dynamodb:Scan', 'ecr:DescribeImages'],
  buckets: { 's3:ListBucket': ['state'] },
});
