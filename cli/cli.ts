import type { Writable } from 'node:stream';
import { type Command, InvalidArgumentError } from 'commander';
import type { AccountOptions, OperatorAccount } from './commands/account.ts';
import type { Terminal } from './confirm.ts';

/** What the commands need of the process that they run in. */
export interface Cli {
  /** Results. */
  out: Writable;
  /** Errors, and remarks that are no result. */
  err: Writable;
  /** Where a person is asked. */
  terminal: Terminal;
  /** Ctrl-C. */
  signal: AbortSignal;
  open(options: AccountOptions): Promise<OperatorAccount>;
  exit(code: number): void;
  /** AWS_ENDPOINT_URL, which only a lab has. */
  endpoint: string | undefined;
  /** AWS_REGION. */
  region: string | undefined;
  version: string;
  /** Outside a checkout, where there is no configuration to write. */
  installed: boolean;
  /** Takes variables from a file; those that there are stay. */
  loadEnvironment(file: string): void;
  now(): number;
  /** Ends early at Ctrl-C. */
  sleep(ms: number): Promise<void>;
  /** Looks for the lab's tools, and describes them for people. */
  findTools(): Promise<{ tools: readonly object[]; text: string }>;
  /** Shows a page or an address to a person who sits at this machine. */
  show(address: string): void;
}

/** Options of every command. */
export interface Common {
  region?: string;
  json: boolean;
}

/** Options of every command that starts an execution. */
export interface Running extends Common {
  wait: boolean;
}

const REGION = /^[a-z]{2,4}(-[a-z]+)+-\d$/;

export function command(program: Command, nameAndArguments: string, description: string): Command {
  return program
    .command(nameAndArguments)
    .description(description)
    .option('--region <name>', 'AWS region; that of the profile or of AWS_REGION by default', regionName)
    .option('--json', 'print JSON, for scripts', false);
}

export function say({ out }: Pick<Cli, 'out'>, text: string): void {
  out.write(`${text}\n`);
}

export function sayJson(cli: Pick<Cli, 'out'>, value: unknown): void {
  say(cli, JSON.stringify(value));
}

/** An argument that is a whole number. */
export function wholeNumber(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isInteger(parsed)) return parsed;
  throw new InvalidArgumentError('must be a whole number');
}

function regionName(value: string): string {
  if (REGION.test(value)) return value;
  throw new InvalidArgumentError('must be a region, such as eu-west-1');
}
