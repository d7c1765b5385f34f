import { GetExecutionHistoryCommand, RedriveExecutionCommand } from '@aws-sdk/client-sfn';
import type { Command } from 'commander';
import { UNCHANGED_ERRORS } from '../../lambdas/contracts/execution-errors.ts';
import { describeOwner } from '../../lambdas/contracts/ownership.ts';
import { type Cli, command, type Running, say, sayJson } from '../cli.ts';
import { askedOf, describeExecution, shortName } from '../executions.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import { followExecution } from './run-machine.ts';
import { executionOf } from './watch.ts';

/** The executions of these machines own an environment while they work on it. */
const OWNERS = new Set(['provision', 'deploy', 'teardown']);
/** The observations of these machines are outdated at a redrive, and would not be a current verdict. */
const LOOKERS = new Set(['validate', 'sweep']);
const LOOK_EVERY_MS = 500;
const MOST_LOOKS = 20;

export function addRedrive(program: Command, cli: Cli): void {
  command(
    program,
    'redrive <execution>',
    'continue an execution at the state that failed, if its environment is still its own',
  )
    .option('--no-wait', 'do not follow it')
    .action(async (named: string, { wait, ...options }: Running) => {
      const account = await cli.open(options);
      const execution = await executionOf(account, named);
      await requireRedrivable(account, execution, cli.now());
      await account.sfn.send(new RedriveExecutionCommand({ executionArn: execution }));
      if (!wait) return options.json ? sayJson(cli, { execution }) : say(cli, execution);
      await untilRedriven(account, execution, cli);
      const { out, signal } = cli;
      cli.exit(await followExecution(account, execution, { json: options.json, out, signal }));
    });
}

/** @throws {CommandError} with the reason why a redrive is not possible, or not permitted */
export async function requireRedrivable(account: OperatorAccount, execution: string, now: number): Promise<void> {
  const described = await describeExecution(account, execution);
  if (!described) throw new CommandError(`there is no execution ${execution}: see "npx runbook history"`);
  const { status, redriveStatus, redriveStatusReason, error = '', input } = described;
  const short = shortName(execution);
  if (status === 'RUNNING' || status === 'PENDING_REDRIVE')
    throw new CommandError(`${short} is running: npx runbook watch ${short}`);
  if (status === 'SUCCEEDED') throw new CommandError(`${short} has succeeded: there is nothing to continue`);
  const { environment, startedBy } = askedOf(input);
  const machine = short.split(':')[0] ?? '';
  const again = `start a new execution: npx runbook ${machine} ${environment ?? ''}`.trimEnd();
  if (startedBy) throw new CommandError(`${short} was started by ${shortName(startedBy)}: redrive that one`);
  if (LOOKERS.has(machine)) throw new CommandError(`what ${short} has looked at may be otherwise by now: ${again}`);
  if (UNCHANGED_ERRORS.has(error))
    throw new CommandError(`${short} ended with ${error}, and would only refuse again: ${again}`);
  if (redriveStatus !== 'REDRIVABLE') {
    throw new CommandError(`AWS does not redrive ${short} (${redriveStatusReason ?? redriveStatus}): ${again}`);
  }
  if (!environment || !OWNERS.has(machine)) return;
  const record = await loadRecord(account, environment);
  if (record.owner === execution) return;
  throw new CommandError(
    `environment "${environment}" belongs to ${describeOwner(record, now)}, and not to ${short} any more: ${again}`,
  );
}

/**
 * Waits until the history contains the redrive. The history is written a little later, and its previous last event
 * would end the following.
 */
async function untilRedriven({ sfn }: OperatorAccount, executionArn: string, cli: Cli): Promise<void> {
  for (let look = 0; look < MOST_LOOKS && !cli.signal.aborted; look += 1) {
    const { events } = await sfn.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    );
    if (!/^Execution(Failed|Aborted|TimedOut)$/.test(events?.[0]?.type ?? '')) return;
    await cli.sleep(LOOK_EVERY_MS);
  }
}
