import { defineFunction } from './define.ts';

export const manifest = defineFunction({
  name: 'execution-changed',
  variables: [
    'ENVIRONMENTS_TABLE',
    'CONTROL_BUCKET',
    'NOTIFICATIONS_TOPIC_ARN',
    'CHAT_TOPIC_ARN',
    'WEBHOOK',
    'TEARDOWN_MACHINE_ARN',
    'REPORT_READER_ROLE_ARN',
    'PROJECT',
    'BOARD_FUNCTION',
  ],
  timeoutSeconds: 60,
  memoryMb: 256,
  actions: [
    'dynamodb:GetItem',
    'dynamodb:UpdateItem',
    'lambda:InvokeFunction',
    'states:StartExecution',
    'states:DescribeExecution',
    'sns:Publish',
    'events:PutEvents',
    'sts:AssumeRole',
  ],
  buckets: { 's3:GetObject': ['control'], 's3:PutObject': [{ files: ['runs/*/messages/*'] }] },
  record: ['environment', 'owner', 'status', 'lastFailure'],
  unattended: true,
});
