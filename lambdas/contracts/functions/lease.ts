import { leaseEvent } from '../payloads/lease.ts';
import { defineFunction } from './define.ts';
import { LEASED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'lease',
  request: leaseEvent.shape.request,
  variables: ['ENVIRONMENTS_TABLE', 'MAX_LIFE_HOURS', 'MAX_PROTECT_DAYS'],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem'],
  record: [...LEASED, 'expiresAt', 'protection', 'leaseChanges', 'maxCostUsd'],
});
