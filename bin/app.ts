import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from '../lib/config/config.ts';
import { RunbookStack } from '../lib/runbook-stack.ts';
import { projectRoot, readConfiguration } from './configuration.ts';

/**
 * This overrides the settle time for an account that does not list resources after they are deleted, such as the lab's.
 * The other settings stay as configured.
 */
const settleSeconds = process.env.RUNBOOK_SETTLE_SECONDS;
const parsed = await readConfiguration();

const app = new App({ analyticsReporting: false });
new RunbookStack(app, 'Runbook', {
  config: settleSeconds
    ? parseConfig({ ...parsed, sweep: { ...parsed.sweep, settleSeconds: Number(settleSeconds) } })
    : parsed,
  projectRoot,
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
