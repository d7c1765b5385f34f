import type { Writable } from 'node:stream';
import { StartExecutionCommand, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import type * as z from 'zod';
import { describeIssues } from '../../lambdas/contracts/contracts.ts';
import type { ExecutionEnd } from '../timeline-event.ts';
import { watch } from '../watch.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';

export interface RunOptions {
  /** False to start, print the execution's ARN, and leave. */
  wait: boolean;
  /** Prints one JSON document instead of lines. */
  json: boolean;
  out: Writable;
  signal: AbortSignal;
}

/** Drops what was not given, and checks the rest as the machine itself will. @throws {CommandError} naming each bad key */
export function inputOf<S extends z.ZodType>(schema: S, given: Record<string, unknown>): Record<string, unknown> {
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(input);
  if (parsed.success) return input;
  throw new CommandError(describeIssues(parsed.error, input, optionOf));
}

/** What a key of an input is called on the command line. */
function optionOf(key: string): string {
  const [name = ''] = key.split('.');
  if (name === 'environment') return name;
  return name === 'checks' ? '--check' : `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Starts an execution and follows it to its end. @returns the exit code */
export async function runMachine(
  account: OperatorAccount,
  machine: string,
  input: Record<string, unknown>,
  options: RunOptions,
): Promise<number> {
  const executionArn = await start(account, machine, input);
  if (options.wait) return followExecution(account, executionArn, options);
  options.out.write(`${options.json ? JSON.stringify({ execution: executionArn }) : executionArn}\n`);
  return EXIT.ok;
}

/** Shows an execution until it ends. @returns the exit code */
export async function followExecution(
  { sfn }: OperatorAccount,
  executionArn: string,
  { json, out, signal }: Omit<RunOptions, 'wait'>,
): Promise<number> {
  const end = await watch(sfn, executionArn, out, { signal, quiet: json });
  if (!end) {
    if (!json) out.write(`\nit goes on: npx runbook watch ${executionArn}\n`);
    return EXIT.interrupted;
  }
  if (json) out.write(`${JSON.stringify(summaryOf(executionArn, end))}\n`);
  return end.status === 'SUCCEEDED' ? EXIT.ok : EXIT.failed;
}

async function start(account: OperatorAccount, machine: string, input: object): Promise<string> {
  const { sfn, machineArn } = account;
  try {
    const { executionArn = '' } = await sfn.send(
      new StartExecutionCommand({ stateMachineArn: machineArn(machine), input: JSON.stringify(input) }),
    );
    return executionArn;
  } catch (error) {
    if (!(error instanceof StateMachineDoesNotExist)) throw error;
    throw notDeployed(`machine "${machine}"`, account);
  }
}

function summaryOf(execution: string, { output, ...end }: ExecutionEnd) {
  return { execution, ...end, ...(output ? { output: JSON.parse(output) as unknown } : {}) };
}
