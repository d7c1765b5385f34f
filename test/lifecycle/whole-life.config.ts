import type { RunbookConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';

/** The product's own, with what an account that is taken seriously has besides: deployments from GitHub. */
export default {
  ...config,
  github: { repository: 'acme/order-platform', branch: 'master' },
} satisfies RunbookConfig;
