import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { type Command, InvalidArgumentError } from 'commander';
import type { AccountOptions, OperatorAccount } from './commands/account.ts';
import type { Terminal } from './confirm.ts';
import { wrap } from './wrap.ts';

/** The commands need these parts of their process. */
export interface Cli {
  /** Results are written to this stream. */
  out: Writable;
  /** Errors and remarks that are not results are written to this stream. */
  err: Writable;
  /** Questions are asked on this terminal. */
  terminal: Terminal;
  /** Ctrl-C aborts this signal. */
  signal: AbortSignal;
  open(options: AccountOptions): Promise<OperatorAccount>;
  exit(code: number): void;
  /** The value is AWS_ENDPOINT_URL, which only a lab has. */
  endpoint: string | undefined;
  /** The value is AWS_REGION. */
  region: string | undefined;
  version: string;
  /** The value is true outside a checkout, where there is no configuration to write. */
  installed: boolean;
  /** Reads variables from a file. Existing variables keep their values. */
  loadEnvironment(file: string): void;
  now(): number;
  /** Waits, and returns early at Ctrl-C. */
  sleep(ms: number): Promise<void>;
  /** Finds the lab's tools, and describes them for people. */
  findTools(): Promise<{ tools: readonly object[]; text: string }>;
  /** Shows a page or an address to the person at this machine. */
  show(address: string): void;
}

/** Every command has these options. */
export interface Common {
  region?: string;
  json: boolean;
}

/** Every command that starts an execution has these options. */
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

/** Writes a result for people, and fits it to the width of a terminal. */
export function say(cli: Pick<Cli, 'out'>, text: string): void {
  cli.out.write(`${wrap(text, screenOf(cli))}\n`);
}

/** Returns the width of the screen in characters, or undefined where the output is no terminal. */
export function screenOf({ out }: Pick<Cli, 'out'>): number | undefined {
  return out instanceof WriteStream ? out.columns : undefined;
}

export function sayJson({ out }: Pick<Cli, 'out'>, value: unknown): void {
  out.write(`${JSON.stringify(value)}\n`);
}

/** Parses an argument that is a whole number. */
export function wholeNumber(value: string): number {
  const parsed = Number(value);
  if (value.trim() !== '' && Number.isInteger(parsed)) return parsed;
  throw new InvalidArgumentError('must be a whole number');
}

function regionName(value: string): string {
  if (REGION.test(value)) return value;
  throw new InvalidArgumentError('must be a region, such as eu-west-1');
}
