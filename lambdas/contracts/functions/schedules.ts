import { scheduledRequest } from '../payloads/lease.ts';
import { OWNERSHIP_ACTIONS } from './actions.ts';
import { defineFunction } from './define.ts';
import { ASKED } from './record-attributes.ts';

export const manifest = defineFunction({
  name: 'schedules',
  request: scheduledRequest,
  variables: [
    'ENVIRONMENTS_TABLE',
    'SCHEDULE_GROUP',
    'SCHEDULE_ROLE_ARN',
    'DEAD_LETTER_QUEUE_ARN',
    'TEARDOWN_MACHINE_ARN',
    'SWEEP_MACHINE_ARN',
    'EXPIRY_WARNING_FUNCTION_ARN',
    'WARN_MINUTES',
  ],
  timeoutSeconds: 30,
  memoryMb: 256,
  actions: [
    ...OWNERSHIP_ACTIONS,
    'scheduler:CreateSchedule',
    'scheduler:UpdateSchedule',
    'scheduler:DeleteSchedule',
    'iam:PassRole',
  ],
  record: ASKED,
});
