import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from '../lib/config/config.ts';
import { RunbookStack } from '../lib/runbook-stack.ts';

const projectRoot = resolve(import.meta.dirname, '..');
/** One checkout may serve several accounts, each with a file of its own. */
const configFile = resolve(projectRoot, process.env.RUNBOOK_CONFIG ?? 'runbook.config.ts');
if (!existsSync(configFile)) {
  process.stderr.write(
    `configuration file ${configFile} does not exist: RUNBOOK_CONFIG names a file, or is unset for runbook.config.ts\n`,
  );
  process.exit(1);
}
const { default: config } = (await import(pathToFileURL(configFile).href)) as { default: unknown };

/**
 * This overrides the settle time for an account that does not list resources after they are deleted, such as the lab's.
 * The other settings stay as configured.
 */
const settleSeconds = process.env.RUNBOOK_SETTLE_SECONDS;
const parsed = parseConfig(config);

const app = new App({ analyticsReporting: false });
new RunbookStack(app, 'Runbook', {
  config: settleSeconds
    ? parseConfig({ ...parsed, sweep: { ...parsed.sweep, settleSeconds: Number(settleSeconds) } })
    : parsed,
  projectRoot,
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
