import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'environment-metrics',
  variables: [
    'ENVIRONMENTS_TABLE',
    'NOTIFICATIONS_TOPIC_ARN',
    'CHAT_TOPIC_ARN',
    'WEBHOOK',
    'PROJECT',
    'BOARD_FUNCTION',
  ],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: ['dynamodb:Scan', 'dynamodb:UpdateItem', 'sns:Publish', 'events:PutEvents', 'lambda:InvokeFunction'],
  record: ['environment', 'run', 'costWarned'],
  unattended: true,
});
