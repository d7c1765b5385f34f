import { StopBuildCommand } from '@aws-sdk/client-codebuild';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { type BuildView, describeBuild, lastBuildOf } from '../builds.ts';
import { type Cli, type Common, command, say, sayJson } from '../cli.ts';
import { confirm } from '../confirm.ts';
import { askedOf, describeExecution, shortName } from '../executions.ts';
import { describeLock, describeState, loadState } from '../state.ts';
import { table } from '../table.ts';
import { localAndRelative } from '../times.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';
import { loadRecord } from './records.ts';
import { executionOf } from './watch.ts';

/** A cancelled execution ends with this error. */
const CANCELLED = 'Cancelled';
/** When a build is stopped, Terraform writes its state first. */
const LOOK_EVERY_MS = 2_000;
const MOST_LOOKS = 60;

interface CancelOptions extends Common {
  reason?: string;
  yes?: boolean;
}

export function addCancel(program: Command, cli: Cli): void {
  command(program, 'cancel <execution>', 'stop an execution and its build, and say what is left')
    .option('--reason <text>', 'kept in the execution')
    .option('--yes', 'do not ask')
    .action(async (named: string, { reason, yes, ...options }: CancelOptions) => {
      const account = await cli.open(options);
      const execution = await executionOf(account, named);
      const { environment } = await requireRunning(account, execution, cli.now());
      const build = await buildUnderWay(account, execution);
      if (!yes) {
        if (!cli.terminal.input.isTTY)
          throw new CommandError(`this stops ${shortName(execution)}, and there is no terminal to ask on`, 'add --yes');
        const what = `${shortName(execution)}${environment ? ` of ${environment}` : ''}`;
        cli.err.write(`${build ? `Its build ${build.id} is stopped too; Terraform keeps what it has created.\n` : ''}`);
        if (!(await confirm(`Stop ${what}?`, cli.terminal))) {
          cli.exit(EXIT.failed);
          return say(cli, 'not cancelled: it continues');
        }
      }
      // The execution is stopped first, because otherwise it would treat the end of its build as a failure, and
      // continue.
      await account.sfn.send(
        new StopExecutionCommand({ executionArn: execution, error: CANCELLED, cause: reason ?? 'npx runbook cancel' }),
      );
      const stopped = build && (await stopBuild(account, build, cli));
      const left = environment ? await whatIsLeft(account, environment) : undefined;
      if (options.json) {
        const { record, ...rest } = left ?? {};
        const about = record ? { environment: record.environment, status: record.status, ...rest } : {};
        return sayJson(cli, {
          execution,
          ...(stopped ? { build: stopped.id, buildStatus: stopped.status } : {}),
          ...about,
        });
      }
      say(cli, describe(execution, stopped, left).join('\n'));
    });
}

async function requireRunning(account: OperatorAccount, execution: string, now: number) {
  const described = await describeExecution(account, execution);
  if (!described) throw new CommandError(`there is no execution ${execution}: see "npx runbook history"`);
  const { status, stopDate, input } = described;
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE') return askedOf(input);
  const ended = stopDate ? `, ${localAndRelative(stopDate.getTime(), now)}` : '';
  throw new CommandError(`${shortName(execution)} is over (${status}${ended}): there is nothing to cancel`);
}

async function buildUnderWay(account: OperatorAccount, execution: string): Promise<BuildView | undefined> {
  const id = await lastBuildOf(account, execution);
  const build = id ? await describeBuild(account, id) : undefined;
  return build?.isOver ? undefined : build;
}

/** Waits until the build has stopped, or for two minutes. */
async function stopBuild(account: OperatorAccount, build: BuildView, cli: Cli): Promise<BuildView> {
  // Step Functions also stops a build that it waits for, and may be faster.
  const refusal = await account.codebuild.send(new StopBuildCommand({ id: build.id })).then(
    () => undefined,
    (error: unknown) => error,
  );
  let now = refusal ? ((await describeBuild(account, build.id)) ?? { ...build, isOver: true }) : build;
  if (refusal && !now.isOver) throw refusal;
  for (let look = 0; look < MOST_LOOKS && !now.isOver && !cli.signal.aborted; look += 1) {
    await cli.sleep(LOOK_EVERY_MS);
    now = (await describeBuild(account, build.id)) ?? { ...now, isOver: true };
  }
  return now;
}

interface Left {
  record?: EnvironmentRecord;
  /** The text says why there is no record. */
  unknown?: string;
  resources?: string;
  lock?: string;
}

async function whatIsLeft(account: OperatorAccount, environment: string): Promise<Left> {
  try {
    const record = await loadRecord(account, environment);
    const [state, lock] = await Promise.all([loadState(account, record), describeLock(account, record)]);
    return { record, resources: describeState(state), ...(lock ? { lock } : {}) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { unknown: error.message };
  }
}

function describe(
  execution: string,
  build: BuildView | undefined,
  { record, unknown, resources = '', lock }: Left = {},
): string[] {
  const rows: string[][] = [['cancelled', shortName(execution)]];
  if (build) rows.push(['build', `${build.id} ${build.isOver ? build.status : 'is still being stopped'}`]);
  if (unknown) rows.push(['environment', unknown]);
  if (!record) return table(rows);
  const { environment, owner, usdPerHour, status } = record;
  const isOwner = owner === execution;
  rows.push(
    [
      'environment',
      `${environment}, ${isOwner ? 'still held by this execution' : `held by ${owner ? shortName(owner) : 'nobody'}`}`,
    ],
    ['resources', resources],
    [
      'lock',
      lock
        ? `the state is ${lock}; the next build releases the lock of a build that is over`
        : 'the state is not locked',
    ],
  );
  if (usdPerHour !== undefined && status !== 'GONE')
    rows.push(['cost', `about $${usdPerHour.toFixed(2)} an hour until it is torn down`]);
  if (isOwner) rows.push(['go on', `npx runbook redrive ${shortName(execution)}`]);
  if (status !== 'GONE') rows.push(['give up', `npx runbook teardown ${environment}`]);
  return table(rows);
}
