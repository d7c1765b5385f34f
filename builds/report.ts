import { appendFileSync } from 'node:fs';
import { shellQuote } from './shell-quote.ts';

/** The error ends the build with a message for its reader, which also becomes the cause of the execution. */
export class BuildFailure extends Error {
  readonly status: number;
  constructor(message: string, status = 1) {
    super(message);
    this.status = status;
  }
}

/** A build that does not own the environment ends with this status. */
export const NOT_OWNED = 3;

/** The environment is not the execution's own, or its owner could not be determined. */
export class Refusal extends BuildFailure {
  constructor(message: string) {
    super(message, NOT_OWNED);
  }
}

/** The error ends the build with the status of a command that has reported its own failure. */
export class CommandFailure extends BuildFailure {
  constructor(command: string, status: number) {
    super(`${command} ended with ${status}`, status);
  }
}

/** The cause of an execution has room for this number of characters. */
export const LONGEST_REASON = 2000;

const SHORTEST_HIDDEN = 6;

export type Say = (line: string) => void;

/**
 * A report writes the lines of a build's log, and values for the buildspec, which sources the file and lets CodeBuild
 * export them.
 */
export class Report {
  readonly say: Say;
  readonly #exportsFile: string | undefined;
  #explained = false;
  readonly #hiding = new Set<string>();

  constructor(exportsFile: string | undefined, say: Say = (line) => void process.stdout.write(`${line}\n`)) {
    this.#exportsFile = exportsFile || undefined;
    this.say = (line) => say(this.hidden(line));
  }

  /**
   * Removes a value from every later line, and from everything that is exported. A value of a few characters is not
   * hidden, since that would hide words.
   */
  hide(value: string): void {
    for (const text of [value, ...value.split('\n'), JSON.stringify(value).slice(1, -1)])
      if (text.length >= SHORTEST_HIDDEN) this.#hiding.add(text);
  }

  /** Returns the text without the hidden values. */
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

  /** Returns a report whose lines begin with a name, and which hides the same values. */
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
