import config from '../../../examples/short-links/runbook.config.ts';
import type { RunbookConfig } from '../../../lib/config/config.ts';

/** The example's own, with less patience: what is broken here on purpose does not get well by waiting. */
export default {
  ...config,
  stack: { ...config.stack, customChecks: config.stack.customChecks.map((check) => ({ ...check, waitSeconds: 0 })) },
} satisfies RunbookConfig;
