import type { RunbookConfig } from './lib/config.ts';

/** Everything that a team changes to point this project at its own accounts and Terraform roots. */
export default {
  project: 'order-platform',
  namePattern: 'order-platform-{environment}-v3',
  // Empty: only the account that the stack is deployed to.
  allowedAccounts: [],
  allowedRegions: ['eu-west-1'],
  maxLifeHours: 72,
  controlPlane: { onDelete: 'destroy', logRetentionDays: 30 },
  notifications: {},
  terraform: { version: '1.11.4', timeoutMinutes: 85, maxDeletions: 150 },
  images: { timeoutMinutes: 55 },
  approval: { timeoutMinutes: 60 },
  validation: {
    intervalSeconds: 5,
    attempts: {
      'ecs-services': 120,
      'alb-health': 60,
      'worker-logs': 24,
      'e2e-order': 2,
      'sqs-backlog': 24,
      'ecr-images': 12,
      backend: 2,
    },
  },
  sweep: { settleSeconds: 15 },
} satisfies RunbookConfig;
