import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'find-expired',
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'NAME_PATTERN', 'BACKEND_NAMES', 'PROJECT', 'MAX_PROTECT_DAYS'],
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: ['dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem', 'states:DescribeExecution'],
  buckets: { 's3:GetBucketTagging': ['state'], 's3:PutObject': [{ files: ['unreadable-records/*'] }] },
});
