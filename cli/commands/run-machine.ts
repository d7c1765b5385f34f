import type { Writable } from 'node:stream';
import { StartExecutionCommand, StateMachineDoesNotExist } from '@aws-sdk/client-sfn';
import type * as z from 'zod';
import { describeIssues } from '../../lambdas/contracts/contracts.ts';
import { shortName } from '../executions.ts';
import type { ExecutionEnd, TimelineEvent } from '../timeline-event.ts';
import { watch } from '../watch.ts';
import { notDeployed, type OperatorAccount } from './account.ts';
import { CommandError, EXIT } from './command-error.ts';

export interface Closing {
  lines: readonly string[];
  json?: object;
}

export interface RunOptions {
  /** False to start, print the execution's ARN, and leave. */
  wait: boolean;
  /** Prints one JSON document instead of lines. */
  json: boolean;
  out: Writable;
  signal: AbortSignal;
  /** Asks a person what a state waits for. */
  ask?: (account: OperatorAccount, event: TimelineEvent) => Promise<void>;
  /** What follows from an end: lines for people, and what a script gets beside the end. */
  closing?: (account: OperatorAccount, end: ExecutionEnd, executionArn: string) => Promise<Closing>;
}

/**
 * Drops what was not given, and checks the rest as the machine itself will.
 * @param labels what keys are called that were given in other words
 * @throws {CommandError} naming each bad key
 */
export function inputOf<S extends z.ZodType>(
  schema: S,
  given: Record<string, unknown>,
  labels: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  const input = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(input);
  if (parsed.success) return input;
  throw new CommandError(describeIssues(parsed.error, input, (key) => labels[key] ?? optionOf(key)));
}

/** What a key of an input is called on the command line. */
function optionOf(key: string): string {
  const [name = ''] = key.split('.');
  if (name === 'environment') return name;
  if (name === 'variables') return `--var ${key.slice(name.length + 1)}`.trim();
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
  account: OperatorAccount,
  executionArn: string,
  { json, out, signal, ask, closing }: Omit<RunOptions, 'wait'>,
): Promise<number> {
  const asking = ask && !json ? { ask: (event: TimelineEvent) => ask(account, event) } : {};
  const end = await watch(account.sfn, executionArn, out, { signal, quiet: json, progress: account, ...asking });
  if (!end) {
    const short = shortName(executionArn);
    if (!json) {
      out.write(
        `\nStopped watching; the execution continues. Watch: npx runbook watch ${short}. Stop: npx runbook cancel ${short}\n`,
      );
    }
    return EXIT.interrupted;
  }
  const { lines, json: more } = (await closing?.(account, end, executionArn)) ?? { lines: [] };
  if (json) out.write(`${JSON.stringify({ ...summaryOf(executionArn, end), ...more })}\n`);
  else for (const line of lines) out.write(`${line}\n`);
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
