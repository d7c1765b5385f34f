import { evidenceEvent } from '../payloads/validation.ts';
import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'evidence',
  request: evidenceEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE', 'CONTROL_BUCKET', 'CHECKS'],
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  buckets: { 's3:PutObject': [{ files: ['runs/*/validations/*'] }] },
  record: [
    'environment',
    'run',
    'lastValidation',
    'lastPartialValidation',
    'provisionBegan',
    'teardownBegan',
    'applied',
  ],
});
