import type { RunbookConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';

/** The configuration is the product's own, with what a production account has besides: deployments from GitHub. */
export default {
  ...config,
  github: { repository: 'acme/order-platform', branch: 'master' },
} satisfies RunbookConfig;
