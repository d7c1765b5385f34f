import type { RunbookConfig } from './lib/config/config.ts';

/** Everything that a team changes to point this project at its own accounts and Terraform roots. */
export default {
  project: 'order-platform',
  namePattern: 'order-platform-{environment}-v3',
  stack: {
    root: 'infra/aws-v3/stack',
    checks: ['ecs-services', 'alb-health', 'worker-logs', 'e2e-order', 'sqs-backlog', 'ecr-images', 'backend'],
    outputs: ['rds_endpoint', 'rds_port', 'rds_db_name', 'vpc_id', 'sns_alerts_topic_arn'],
    images: { api: 'services/api/Dockerfile', worker: 'services/worker/Dockerfile' },
    permissionSets: ['network', 'platform', 'messaging', 'roles'],
  },
  // Empty: only the account that the stack is deployed to.
  allowedAccounts: [],
  allowedRegions: ['eu-west-1'],
  maxLifeHours: 72,
  expiry: { nightlyAt: '03:00', timeZone: 'Europe/Dublin', warnMinutes: [1440, 120, 30], protectDays: 14 },
  controlPlane: { onDelete: 'destroy', logRetentionDays: 30 },
  notifications: {},
  terraform: { version: '1.11.4', timeoutMinutes: 85, maxDeletions: 150 },
  images: { timeoutMinutes: 55, architecture: 'ARM64' },
  approval: { timeoutMinutes: 60 },
  validation: {
    intervalSeconds: 5,
    // A rollout on Fargate takes two to five minutes, and ECS gives up on a bad one within ten. Every check that may meet
    // one waits for longer than that: a slow first start is not a failure.
    waitSeconds: {
      'ecs-services': 720,
      'alb-health': 720,
      'worker-logs': 720,
      'e2e-order': 720,
      'sqs-backlog': 600,
      'ecr-images': 720,
      backend: 30,
    },
  },
  // Kept on purpose, by name or ARN: { what: '/ecs/order-platform-{environment}-v3/audit', why: 'auditors read it' }.
  // IAM, S3 and ECS may list what is gone for a minute: a second look that is too early calls it left.
  sweep: { settleSeconds: 60, exclusions: [] },
} satisfies RunbookConfig;
