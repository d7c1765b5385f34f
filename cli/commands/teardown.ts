import { GetObjectCommand, NoSuchBucket, NoSuchKey } from '@aws-sdk/client-s3';
import { environmentNames } from '../../lambdas/contracts/naming.ts';
import type { EnvironmentRecord } from '../../lambdas/contracts/record.ts';
import { parseState } from '../../lambdas/plan/terraform-state.ts';
import { confirm, type Terminal } from '../confirm.ts';
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
    return [...details, ...table([['resources', await resourcesOf(account, record)]])];
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [error.message, `A teardown takes what carries the name and the tags of "${environment}".`];
  }
}

/** How many Terraform's state lists; why that is unknown, where it could not be read. */
async function resourcesOf({ s3, accountId }: OperatorAccount, record: EnvironmentRecord): Promise<string> {
  const { stateKey } = environmentNames('{environment}', record.environment, accountId);
  try {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: record.stateBucket, Key: stateKey }));
    return `${parseState((await Body?.transformToString()) ?? '').resources} in Terraform's state`;
  } catch (error) {
    if (error instanceof NoSuchBucket || error instanceof NoSuchKey) return 'none in Terraform: there is no state';
    return `unknown: s3://${record.stateBucket}/${stateKey} could not be read (${error instanceof Error ? error.name : error})`;
  }
}
