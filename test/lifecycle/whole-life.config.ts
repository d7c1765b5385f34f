import type { RunbookConfig } from '../../lib/config.ts';
import config from '../../runbook.config.ts';

/** A policy of the lab's account. */
export const BOUNDARY = 'arn:aws:iam::123456789012:policy/bounds/order-platform';

/** The product's own, with what an account that is taken seriously has besides: a boundary, and deployments from GitHub. */
export default {
  ...config,
  terraform: { ...config.terraform, permissionsBoundary: BOUNDARY },
  github: { repository: 'acme/order-platform', branch: 'master' },
} satisfies RunbookConfig;
