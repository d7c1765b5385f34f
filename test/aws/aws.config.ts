import type { RunbookConfig } from '../../lib/config/config.ts';
import config from '../../runbook.config.ts';

/** The configuration is the product's own, in the region of the test. Nothing remains after the runbook is removed. */
export default {
  ...config,
  allowedRegions: [process.env.AWS_REGION ?? config.allowedRegions[0] ?? 'eu-west-1'],
  controlPlane: { ...config.controlPlane, onDelete: 'destroy' },
} satisfies RunbookConfig;
