import type { ExecutionListItem } from '@aws-sdk/client-sfn';
import { type Command, InvalidArgumentError } from 'commander';
import { environmentName } from '../../lambdas/contracts/contracts.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { loadCertificate } from '../certificates.ts';
import { type Cli, type Common, command, say, sayJson, screenOf, wholeNumber } from '../cli.ts';
import { askedOf, describeExecution, newestExecutions, shortName } from '../executions.ts';
import { duration, visible } from '../format.ts';
import { isObject, parse } from '../json.ts';
import { table } from '../table.ts';
import { localTime, relative } from '../times.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';

/** A run is one execution of any machine. */
export interface Run {
  execution: string;
  machine: string;
  environment?: string;
  status: string;
  startedAt: string;
  /** The member is absent while the execution runs. */
  endedAt?: string;
  /** The verdict is that of a validation or a sweep, or the error name of a failure. */
  verdict?: string;
  /** A teardown has the cost of the environment's whole life, in USD by list prices. */
  usd?: number;
  /** The execution with this ARN started the run. */
  startedBy?: string;
  reason?: string;
  redrives: number;
}

const MOST = 200;
/**
 * AWS permits 300 calls of DescribeExecution at once, then 10 to 15 a second:
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
const MOST_LOOKED_AT = 300;
const AT_ONCE = 10;

interface HistoryOptions extends Common {
  limit: number;
}

export function addHistory(program: Command, cli: Cli): void {
  command(program, 'history [environment]', 'list the runs of all machines: when, how long, verdict, cost, and why')
    .option('--limit <number>', 'the last so many runs', limit, 20)
    .action(async (environment: string | undefined, options: HistoryOptions) => {
      if (environment !== undefined && !environmentName.safeParse(environment).success)
        throw new CommandError(`"${environment}" is not the name of an environment`);
      const account = await cli.open(options);
      const { runs, lookedAt, more } = await loadRuns(account, { environment, limit: options.limit });
      if (options.json) return sayJson(cli, runs);
      if (runs.length === 0 && !more) return say(cli, `No runs${environment ? ` of ${environment}` : ''} in 90 days.`);
      if (runs.length > 0) say(cli, historyTable(runs, cli.now(), undefined, screenOf(cli)).join('\n'));
      if (more && runs.length < options.limit)
        return say(cli, `Only the last ${lookedAt} executions were read; there are older ones.`);
      if (more) say(cli, `There are older ones: --limit ${Math.min(MOST, options.limit * 2)}`);
    });
}

function limit(value: string): number {
  const number = wholeNumber(value);
  if (number >= 1 && number <= MOST) return number;
  throw new InvalidArgumentError(`must be 1 to ${MOST}`);
}

interface Wanted {
  environment: string | undefined;
  limit: number;
}

/** Returns the newest runs first. `more` is true when there are older executions than those that were read. */
export async function loadRuns(account: OperatorAccount, { environment, limit }: Wanted) {
  const runs: Run[] = [];
  let lookedAt = 0;
  let batch: ExecutionListItem[] = [];
  const look = async () => {
    const described = await Promise.all(batch.map((item) => runOf(account, item)));
    batch = [];
    runs.push(...described.filter((run) => environment === undefined || run.environment === environment));
  };
  for await (const item of newestExecutions(account, MACHINES)) {
    if (runs.length + (environment ? 0 : batch.length) >= limit || lookedAt >= MOST_LOOKED_AT) {
      await look();
      return { runs: await withCosts(account, runs.slice(0, limit)), lookedAt, more: true };
    }
    batch.push(item);
    lookedAt += 1;
    if (batch.length === AT_ONCE) await look();
  }
  await look();
  return { runs: await withCosts(account, runs.slice(0, limit)), lookedAt, more: runs.length > limit };
}

/** The run also has the place of the certificate that contains its cost. */
type Described = Run & { certificate?: string };

async function runOf(account: OperatorAccount, item: ExecutionListItem): Promise<Described> {
  const { executionArn: execution = '', startDate, stopDate, status = 'UNKNOWN' } = item;
  const described = await describeExecution(account, execution);
  const output = parse(described?.output);
  const said = isObject(output) ? output : {};
  const verdict = [verdictOf(said), said.sweep, described?.error].find((one) => typeof one === 'string');
  const { environment, reason, startedBy } = askedOf(described?.input);
  return {
    execution,
    machine: shortName(execution).split(':')[0] ?? '',
    status,
    startedAt: startDate?.toISOString() ?? '',
    redrives: described?.redriveCount ?? 0,
    ...(stopDate ? { endedAt: stopDate.toISOString() } : {}),
    ...(environment ? { environment } : {}),
    ...(typeof verdict === 'string' ? { verdict } : {}),
    ...(startedBy ? { startedBy } : {}),
    ...(reason ? { reason } : {}),
    ...(typeof said.certificate === 'string' ? { certificate: said.certificate } : {}),
  };
}

/** An execution of some checks says PARTIAL, and ends well only if they passed. Older ones say PASSED. */
function verdictOf({ verdict, partial }: Record<string, unknown>): unknown {
  return typeof verdict === 'string' && partial ? `${partial} PASSED` : verdict;
}

async function withCosts(account: OperatorAccount, runs: readonly Described[]): Promise<Run[]> {
  return Promise.all(
    runs.map(async ({ certificate: url, ...run }) => {
      const usd = run.machine === 'teardown' && url ? await costIn(account, url) : undefined;
      return usd === undefined ? run : { ...run, usd };
    }),
  );
}

/** Returns undefined for a certificate that no longer exists, or cannot be read: then the cost is not known. */
async function costIn(account: OperatorAccount, url: string): Promise<number | undefined> {
  const folder = `s3://${account.controlBucket}/`;
  if (!url.startsWith(folder)) return undefined;
  const found = await loadCertificate(account, url.slice(folder.length)).catch(() => undefined);
  return found?.cost?.usd;
}

const HEAD = ['STARTED', '', 'ENVIRONMENT', 'TOOK', 'STATUS', 'VERDICT', 'COST', 'EXECUTION', 'WHY'];
/** The names of executions are long. On a narrow screen, each has a line of its own. */
const SHORT = 7;

/** @param columns width of the screen in characters; undefined where there is none */
export function historyTable(runs: readonly Run[], now: number, timeZone?: string, columns = Infinity): string[] {
  const rows = runs.map((run) => {
    const { startedAt, endedAt, environment = '', status, verdict = '', usd, execution, startedBy, reason } = run;
    const started = Date.parse(startedAt);
    return [
      localTime(started, now, timeZone),
      relative(Math.min(started, now - 1), now),
      environment,
      duration(Math.max(0, (endedAt ? Date.parse(endedAt) : now) - started)),
      run.redrives > 0 ? `${status}, redriven` : status,
      verdict,
      usd === undefined ? '' : `$${usd.toFixed(2)}`,
      shortName(execution),
      startedBy ? `by ${shortName(startedBy)}` : (reason ?? ''),
    ];
  });
  const lines = table([HEAD, ...rows]);
  if (lines.every((line) => line.length <= columns)) return lines;
  return table(rows.map((row) => row.slice(0, SHORT))).flatMap((line, index) => [
    line,
    ...(rows[index] ?? [])
      .slice(SHORT)
      .filter(Boolean)
      .map((text) => `  ${visible(text)}`),
  ]);
}
