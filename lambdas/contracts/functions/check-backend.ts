import { CHECK_VARIABLES, defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'check-backend',
  variables: CHECK_VARIABLES,
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: ['dynamodb:DescribeTable'],
  buckets: {
    's3:GetBucketVersioning': ['state'],
    's3:GetEncryptionConfiguration': ['state'],
    's3:GetBucketPublicAccessBlock': ['state'],
    's3:ListBucket': ['state'],
    's3:GetObject': ['state'],
  },
});
