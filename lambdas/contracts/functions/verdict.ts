import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'verdict',
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'CERTIFICATE_KEY_ARN', 'CERTIFICATE_LOCK_DAYS'],
  timeoutSeconds: 60,
  memoryMb: 512,
  actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'kms:Sign', 'kms:GetPublicKey'],
  buckets: {
    's3:GetObject': ['control'],
    's3:ListBucket': ['control'],
    's3:PutObject': [{ files: ['runs/*/certificate.json', 'runs/*/certificate.html'] }],
  },
  record: ['environment', 'run', 'lastSweep'],
});
