import { appendFileSync } from 'node:fs';
import { shellQuote } from './shell-quote.ts';

/** Ends the build with a message for its reader, which also becomes the cause of the execution. */
export class BuildFailure extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** Exit status of a build that does not own the environment. */
export const NOT_OWNED = 3;

/** The environment is not the execution's own, or nobody knows whether it is. */
export class Refusal extends BuildFailure {
  constructor(message: string) {
    super(message, NOT_OWNED);
  }
}

/** Ends the build with the status of a command that has said itself what went wrong. */
export class CommandFailure extends BuildFailure {
  constructor(command: string, status: number) {
    super(`${command} ended with ${status}`, status);
  }
}

/** What the cause of an execution has room for, in characters. */
const LONGEST_REASON = 2000;

const SHORTEST_HIDDEN = 6;

export type Say = (line: string) => void;

/** What a build says: lines of its log, and values for the buildspec, which sources the file and lets CodeBuild export them. */
export class Report {
  readonly say: Say;
  readonly #exportsFile: string | undefined;
  #explained = false;
  readonly #hiding = new Set<string>();

  constructor(exportsFile: string | undefined, say: Say = (line) => void process.stdout.write(`${line}\n`)) {
    this.#exportsFile = exportsFile || undefined;
    this.say = (line) => say(this.hidden(line));
  }

  /** From now on a value is in no line, and in nothing that is exported. One of a few characters would hide words. */
  hide(value: string): void {
    for (const text of [value, ...value.split('\n'), JSON.stringify(value).slice(1, -1)])
      if (text.length >= SHORTEST_HIDDEN) this.#hiding.add(text);
  }

  /** The same text without what is hidden. */
  hidden(text: string): string {
    return [...this.#hiding].reduce((shown, value) => shown.replaceAll(value, '(secret)'), text);
  }

  log(message: string): void {
    this.say(`==> ${message}`);
  }

  exportValue(name: string, value: string): void {
    this.log(`${name}=${value}`);
    this.#write(name, value);
  }

  /** The first reason counts: what fails after it fails because of it. */
  explain(reason: string): void {
    if (this.#explained || !reason) return;
    this.#explained = true;
    this.#write('FAILURE', reason.slice(0, LONGEST_REASON));
  }

  /** @returns the exit status */
  fail(error: unknown): number {
    if (error instanceof CommandFailure) return error.status;
    const message = error instanceof Error ? messageOf(error) : String(error);
    if (error instanceof Refusal) this.exportValue('REFUSED', message);
    else this.explain(message);
    this.say(`ERROR: ${message}`);
    return error instanceof BuildFailure ? error.status : 1;
  }

  /** The same report, whose lines begin with a name. */
  of(name: string, seen: Say): Report {
    const own = new Report(undefined, (line) => {
      seen(line);
      this.say(`${name}: ${line}`);
    });
    own.#write = (key, value) => this.#write(key, value);
    own.explain = (reason) => this.explain(reason);
    return own;
  }

  #write = (name: string, value: string): void => {
    if (this.#exportsFile) appendFileSync(this.#exportsFile, `${name}=${shellQuote(this.hidden(value))}\n`);
  };
}

function messageOf(error: Error): string {
  return error instanceof BuildFailure ? error.message : `${error.name}: ${error.message}`;
}
