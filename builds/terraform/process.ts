import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../report.ts';
import { parseLine, render, type TerraformEvent } from './events.ts';
import { Leash } from './leash.ts';
import type { Signals } from './signals.ts';

/** The log is read at this interval while Terraform writes it. */
const POLL_MS = 100;
/** A shell has the same status. */
const NOT_FOUND = 127;

export interface Output {
  status: number;
  text: string;
}
export interface Run {
  status: number;
  events: readonly TerraformEvent[];
}

/**
 * Terraform runs in a process group of its own: a signal to the whole build would otherwise reach it twice, and kill
 * its provider in the middle of a call. If the build itself is killed, Terraform still gets its one SIGTERM from its
 * leash, and it writes to files, since a pipe that nobody reads would end it before it has saved its state.
 */
export class Terraform {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #report: Report;
  readonly #signals: Signals;
  readonly #work: string;
  #executable = 'terraform';
  #files = 0;
  #events: TerraformEvent[] = [];

  /** @param work folder of the build */
  constructor(environment: NodeJS.ProcessEnv, report: Report, signals: Signals, work: string) {
    this.#environment = terraformEnvironment(environment);
    this.#report = report;
    this.#signals = signals;
    this.#work = work;
  }

  /** From now on, Terraform reads this CLI configuration, which names the sources of providers. */
  configure(file: string): void {
    this.#environment.TF_CLI_CONFIG_FILE = file;
  }

  /** From now on, this file is run. */
  use(executable: string): void {
    this.#executable = executable;
  }

  /** The events are those that the last `run` has printed up to now. */
  get events(): readonly TerraformEvent[] {
    return this.#events;
  }

  /**
   * Runs a command to its end.
   * @param errors `log`: its errors are in the build's log; `output`: they are part of the text
   */
  async capture(folder: string, args: readonly string[], errors: 'log' | 'output' = 'log'): Promise<Output> {
    this.#files += 1;
    const path = join(this.#work, `output-${this.#files}`);
    const file = openSync(path, 'w');
    const child = this.#spawn(folder, args, file, errors === 'log' ? 'inherit' : file);
    closeSync(file);
    const status = await ended(child);
    const text = readFileSync(path, 'utf8');
    rmSync(path);
    this.#signals.endIfStopped();
    return { status, text };
  }

  /**
   * Runs a command that reports its work in lines of JSON. A signal to the build does not end it, and so it returns.
   */
  async run(folder: string, args: readonly string[]): Promise<Run> {
    this.#files += 1;
    const path = join(this.#work, `lines-${this.#files}.jsonl`);
    const file = openSync(path, 'w');
    const events: TerraformEvent[] = [];
    this.#events = events;
    const child = this.#spawn(folder, args, file, file);
    closeSync(file);
    const end = ended(child);
    await follow(path, end, (line) => {
      const event = parseLine(line);
      events.push(event);
      const shown = render(event);
      if (shown !== undefined) this.#report.say(shown);
    });
    return { status: await end, events };
  }

  #spawn(folder: string, args: readonly string[], stdout: number, stderr: number | 'inherit'): ChildProcess {
    const leash = new Leash(this.#environment);
    const child = spawn(this.#executable, args, {
      cwd: folder,
      env: this.#environment,
      detached: true,
      stdio: ['ignore', stdout, stderr],
    });
    leash.hold(child);
    this.#signals.watch(child, () => leash.release());
    return child;
  }
}

/**
 * Terraform reads arguments, variables and folders from its environment too, so the variables that set those are
 * removed: only COMMAND decides.
 */
export function terraformEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('TF_') || name === 'TF_CLI_CONFIG_FILE');
  return {
    ...Object.fromEntries(kept),
    ...{ TF_IN_AUTOMATION: '1', TF_INPUT: '0', CHECKPOINT_DISABLE: '1' },
    // A command starts the provider two or three times, whose schemas are more garbage than it keeps: a rarer
    // collection takes a fifth off each. The limit is far below what a build has, and near it the collection is as
    // frequent as ever.
    ...{ GOGC: '500', GOMEMLIMIT: '1GiB' },
  };
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(NOT_FOUND));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}

/** Hands on each line of a file while it grows, and the rest when `end` is over. */
async function follow(path: string, end: Promise<unknown>, onLine: (line: string) => void): Promise<void> {
  const file = openSync(path, 'r');
  const decoder = new StringDecoder('utf8');
  const chunk = Buffer.alloc(64 * 1024);
  let begun = '';
  let over = false;
  const ending = end.then(() => {
    over = true;
  });
  for (;;) {
    const last = over;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const lines = (begun + decoder.write(chunk.subarray(0, read))).split('\n');
      begun = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
    if (last) break;
    await Promise.race([ending, sleep(POLL_MS)]);
  }
  closeSync(file);
  if (begun) onLine(begun);
}
