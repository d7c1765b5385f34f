import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'expiry-warning',
  variables: [
    'ENVIRONMENTS_TABLE',
    'NOTIFICATIONS_TOPIC_ARN',
    'CHAT_TOPIC_ARN',
    'WEBHOOK',
    'MAX_LIFE_HOURS',
    'PROJECT',
  ],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:GetItem', 'sns:Publish', 'events:PutEvents'],
  unattended: true,
});
