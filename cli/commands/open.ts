import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Argument, type Command } from 'commander';
import { dashboardPage, executionPage } from '../../lambdas/contracts/console.ts';
import { DASHBOARD } from '../../lambdas/contracts/deployed-names.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import { download, reportKey } from './report.ts';

const PAGES = ['report', 'console', 'dashboard', 'alb'] as const;
type Page = (typeof PAGES)[number];

export function addOpen(program: Command, cli: Cli): void {
  command(program, 'open <environment>', 'print the address of a page, and open it on a terminal')
    .addArgument(
      new Argument('[page]', 'report of the last validation, console of the last execution, dashboard, or the alb')
        .choices(PAGES)
        .default('report'),
    )
    .option('--no-browser', 'only print it')
    .action(async (environment: string, page: Page, { browser, ...options }: Common & { browser: boolean }) => {
      const account = await cli.open(options);
      const url = await addressOf(account, await loadRecord(account, environment), page, cli.endpoint);
      if (options.json) return sayJson(cli, { url });
      say(cli, url);
      if (browser && cli.terminal.input.isTTY) cli.show(url);
    });
}

async function addressOf(
  account: OperatorAccount,
  record: EnvironmentRecord,
  page: Page,
  endpoint: string | undefined,
): Promise<string> {
  const { environment, owner, outputs } = record;
  if (page === 'report') {
    const file = join(await mkdtemp(join(tmpdir(), 'runbook-')), `${environment}.html`);
    await download(account, reportKey(record, 'validation'), file);
    return pathToFileURL(file).href;
  }
  if (page === 'alb') {
    if (outputs?.alb_dns_name) return `http://${outputs.alb_dns_name}`;
    throw new CommandError(
      `environment "${environment}" has no output alb_dns_name: it has no load balancer, or none yet`,
    );
  }
  if (endpoint) throw new CommandError(`the lab at ${endpoint} has no console: npx runbook watch ${environment}`);
  if (page === 'dashboard') return dashboardPage(account.partition, account.region, DASHBOARD);
  if (owner) return executionPage(owner);
  throw new CommandError(`environment "${environment}" has had no execution: npx runbook provision ${environment}`);
}
