import type { RunbookConfig } from '../../../lib/config/config.ts';
import config from '../../../runbook.config.ts';

/**
 * The configuration is the product's own, with shorter waits: what a row breaks on purpose does not recover with time.
 */
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
