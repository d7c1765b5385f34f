import { Argument, type Command, InvalidArgumentError } from 'commander';
import { dashboardPage, executionPage } from '../../lambdas/contracts/console.ts';
import { DASHBOARD } from '../../lambdas/contracts/deployed-names.ts';
import { applicationUrl } from '../../lambdas/contracts/outputs.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { LINK_SECONDS } from '../../lambdas/contracts/report-link.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { LONGEST_LINK_MS, lifeOf, linkTo } from '../report-links.ts';
import { parseDuration } from '../times.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import { reportKey } from './report.ts';

/** `alb` is an older name of `application`. */
const PAGES = ['report', 'certificate', 'console', 'dashboard', 'application', 'alb'] as const;
type Page = (typeof PAGES)[number];

/** The link opens for as long as one in a message, because anyone who has the address can read the page. */
const LINK_MS = LINK_SECONDS * 1_000;

export function addOpen(program: Command, cli: Cli): void {
  command(program, 'open <environment>', 'print the address of a page, and open it on a terminal')
    .addArgument(
      new Argument(
        '[page]',
        'report of the last validation, certificate of the last sweep, console of the last execution, dashboard, or the application',
      )
        .choices(PAGES)
        .default('report'),
    )
    .option('--no-browser', 'only print it')
    .option(
      '--for <time>',
      'for how long whoever has the address of a report can open it, up to 7d; 1h by default',
      linkLife,
    )
    .action(async (environment: string, page: Page, { browser, for: lastsMs = LINK_MS, ...options }: OpenOptions) => {
      const account = await cli.open(options);
      const record = await loadRecord(account, environment);
      const kind = page === 'certificate' ? 'sweep' : page === 'report' ? 'validation' : undefined;
      const link = kind && (await linkTo(account, reportKey(record, kind), lastsMs, cli.now()));
      const url = link?.url ?? addressOf(account, record, page, cli.endpoint);
      if (options.json) return sayJson(cli, { url, ...(link ? { until: new Date(link.until).toISOString() } : {}) });
      say(cli, url);
      // The remark is not part of the result, because scripts read only the address.
      if (link) cli.err.write(`${lifeOf(link, cli.now())}\n`);
      if (browser && cli.terminal.input.isTTY) cli.show(url);
    });
}

interface OpenOptions extends Common {
  browser: boolean;
  for?: number;
}

function linkLife(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 1_000 && ms <= LONGEST_LINK_MS) return ms;
  throw new InvalidArgumentError('must be a duration such as 4h, 7d at most');
}

function addressOf(
  account: OperatorAccount,
  record: EnvironmentRecord,
  page: Page,
  endpoint: string | undefined,
): string {
  const { environment, owner, outputs } = record;
  if (page === 'application' || page === 'alb') {
    const url = applicationUrl(outputs);
    if (url) return url;
    throw new CommandError(
      `environment "${environment}" has no address, or none yet: its root has neither an output application_url nor alb_dns_name`,
    );
  }
  if (endpoint) {
    const instead = page === 'dashboard' ? 'npx runbook board --open' : `npx runbook watch ${environment}`;
    throw new CommandError(`the lab at ${endpoint} has no console: ${instead}`);
  }
  if (page === 'dashboard') return dashboardPage(account.partition, account.region, DASHBOARD);
  if (owner) return executionPage(owner);
  throw new CommandError(`environment "${environment}" has had no execution: npx runbook provision ${environment}`);
}
