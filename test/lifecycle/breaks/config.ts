import type { RunbookConfig } from '../../../lib/config/config.ts';
import config from '../../../runbook.config.ts';

/** The product's own, with less patience: what is broken here on purpose does not get well by waiting. */
export default {
  ...config,
  validation: {
    intervalSeconds: 2,
    waitSeconds: {
      'ecs-services': 60,
      'alb-health': 10,
      'worker-logs': 20,
      'e2e-order': 0,
      'sqs-backlog': 0,
      'ecr-images': 30,
      backend: 0,
    },
  },
} satisfies RunbookConfig;
