import { resolve } from 'node:path';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { parseConfig } from '../lib/config.ts';
import { RunbookStack } from '../lib/runbook-stack.ts';
import config from '../runbook.config.ts';

const app = new App({ analyticsReporting: false });
new RunbookStack(app, 'Runbook', {
  config: parseConfig(config),
  projectRoot: resolve(import.meta.dirname, '..'),
});
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
