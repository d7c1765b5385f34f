import config from '../../../examples/document-intake/runbook.config.ts';
import type { RunbookConfig } from '../../../lib/config/config.ts';

/**
 * The configuration is the example's own, with shorter waits: what the test breaks on purpose does not recover with
 * time.
 */
export default {
  ...config,
  stack: { ...config.stack, customChecks: config.stack.customChecks.map((check) => ({ ...check, waitSeconds: 0 })) },
} satisfies RunbookConfig;
