import { GetObjectCommand } from '@aws-sdk/client-s3';
import { describeError } from '../../lambdas/runtime/aws-errors.ts';
import { confirm, type Terminal } from '../confirm.ts';
import { describeLock, describeState, loadState } from '../state.ts';
import { table } from '../table.ts';
import { describeTeardownPlan, inventoryIn, plannedIn, teardownPlan } from '../teardown-plan.ts';
import type { ExecutionEnd } from '../timeline-event.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import type { Closing } from './run-machine.ts';
import { statusDetails } from './status.ts';

/** A person needs these rows of `status` before an environment is destroyed. */
const SHOWN = /^(environment|status|run|ends|protected|cost|held by|last run|address) /;

/**
 * Shows what a teardown destroys, and asks for confirmation.
 * @throws {CommandError} when there is no terminal to ask on
 */
export async function mayTearDown(account: OperatorAccount, environment: string, terminal: Terminal): Promise<boolean> {
  if (!terminal.input.isTTY) {
    throw new CommandError(`a teardown destroys "${environment}", and there is no terminal to ask on`, 'add --yes');
  }
  terminal.output.write(`${(await aboutTeardown(account, environment)).join('\n')}\n`);
  return confirm(`Destroy ${environment}?`, terminal);
}

/** An environment can also be torn down when its record is lost or unreadable. */
async function aboutTeardown(account: OperatorAccount, environment: string): Promise<string[]> {
  try {
    const record = await loadRecord(account, environment);
    const details = statusDetails(record, Date.now()).filter((line) => SHOWN.test(line));
    return [...details, ...table([['resources', describeState(await loadState(account, record))]])];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [error.message, `A teardown takes what carries the name and the tags of "${environment}".`];
  }
}

/**
 * Shows the result of a teardown in mode "plan": every resource, its cost, what would stay, and what would stop the
 * teardown.
 */
export async function showTeardownPlan(account: OperatorAccount, end: ExecutionEnd, now: number): Promise<Closing> {
  const planned = plannedIn(end.output);
  if (!planned) return { lines: [] };
  const inventory = await loadInventory(account, planned.inventory);
  if (typeof inventory === 'string') return { lines: [inventory] };
  const record = await loadRecord(account, planned.environment).catch((error) => {
    if (error instanceof CommandError) return undefined;
    throw error;
  });
  const lock = record && (await describeLock(account, record));
  const plan = teardownPlan(planned, inventory, { record, lock, now });
  return { lines: ['', ...describeTeardownPlan(plan)], json: { plan } };
}

/** @returns the reason, if the inventory cannot be read */
async function loadInventory({ s3 }: OperatorAccount, url: string) {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (
      inventoryIn(await Body?.transformToString()) ??
      `${url} is no inventory: what would be destroyed is not known here`
    );
  } catch (error) {
    return `${url} could not be read (${describeError(error)}): what would be destroyed is not known here`;
  }
}
