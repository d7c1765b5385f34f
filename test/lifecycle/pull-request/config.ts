import config from '../../../examples/document-intake/runbook.config.ts';
import type { RunbookConfig } from '../../../lib/config/config.ts';

/** The configuration is the example's own, with what a repository has whose pull requests get environments. */
export default {
  ...config,
  github: { repository: 'team/shop', branch: 'main', pullRequests: { environment: 'pull-requests' } },
} satisfies RunbookConfig;
