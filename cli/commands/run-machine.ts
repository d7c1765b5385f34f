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
  /** When false, the command starts the execution, prints its ARN, and exits. */
  wait: boolean;
  /** When true, the command prints one JSON document instead of lines. */
  json: boolean;
  out: Writable;
  signal: AbortSignal;
  /** Asks a person the question that a state waits for. */
  ask?: (account: OperatorAccount, event: TimelineEvent) => Promise<void>;
  /** Returns what follows from an end: lines for people, and additional members for scripts. */
  closing?: (account: OperatorAccount, end: ExecutionEnd, executionArn: string) => Promise<Closing>;
}

/**
 * Removes keys without a value, and validates the rest in the same way as the machine.
 * @param labels the names of keys that have another name on the command line
 * @throws {CommandError} naming each invalid key
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

/** Returns the name of an input's key on the command line. */
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
