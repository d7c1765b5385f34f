import { confirm, type Terminal } from '../confirm.ts';
import { describeState, loadState } from '../state.ts';
import { table } from '../table.ts';
import type { OperatorAccount } from './account.ts';
import { CommandError } from './command-error.ts';
import { loadRecord } from './records.ts';
import { statusDetails } from './status.ts';

/** Rows of `status` that a person needs before an environment is destroyed. */
const SHOWN = /^(environment|status|run|ends|protected|cost|held by|last run|address) /;

/**
 * Shows what a teardown destroys, and asks whether it may.
 * @throws {CommandError} when nobody is there to be asked
 */
export async function mayTearDown(account: OperatorAccount, environment: string, terminal: Terminal): Promise<boolean> {
  if (!terminal.input.isTTY) {
    throw new CommandError(`a teardown destroys "${environment}", and nobody is there to be asked`, 'say --yes');
  }
  terminal.output.write(`${(await aboutTeardown(account, environment)).join('\n')}\n`);
  return confirm(`Destroy ${environment}?`, terminal);
}

/** An environment whose record is lost or unreadable can be torn down too. */
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
