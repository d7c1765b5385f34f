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
  /** Both with the longest first: one may be the beginning of another. */
  #secrets: readonly string[] = [];
  #inSecrets: readonly string[] = [];

  constructor(exportsFile: string | undefined, say: Say = (line) => void process.stdout.write(`${line}\n`)) {
    this.#exportsFile = exportsFile || undefined;
    this.say = (line) => say(without(this.#inSecrets, line));
  }

  /**
   * From now on a value is in no line, and in nothing that is exported; nor is what it has inside, where it is JSON. One of a few characters
   * would hide words.
   */
  hide(value: string): void {
    this.#secrets = longestFirst([...this.#secrets, ...formsOf(value)]);
    this.#inSecrets = longestFirst([...this.#secrets, ...this.#inSecrets, ...textsIn(value).flatMap(formsOf)]);
  }

  /** The same text without what is hidden; for a file that others read on, in which the parts of a secret may be words like any other. */
  hidden(text: string): string {
    return without(this.#secrets, text);
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
    if (this.#exportsFile)
      appendFileSync(this.#exportsFile, `${name}=${shellQuote(without(this.#inSecrets, value))}\n`);
  };
}

function messageOf(error: Error): string {
  return error instanceof BuildFailure ? error.message : `${error.name}: ${error.message}`;
}

const without = (hidden: readonly string[], text: string) =>
  hidden.reduce((shown, value) => shown.replaceAll(value, '(secret)'), text);

const longestFirst = (texts: readonly string[]) =>
  [...new Set(texts)].filter((text) => text.length >= SHORTEST_HIDDEN).sort((one, other) => other.length - one.length);

/** As a whole, in lines, and as JSON has it. */
const formsOf = (value: string) => [value, ...value.split('\n'), JSON.stringify(value).slice(1, -1)];

/** Texts of a value that is a JSON object or list, at any depth. */
function textsIn(value: string): string[] {
  let found: unknown;
  try {
    found = JSON.parse(value);
  } catch {
    return [];
  }
  const inside = (one: unknown): string[] => {
    if (typeof one === 'string') return [one];
    return typeof one === 'object' && one !== null ? Object.values(one).flatMap(inside) : [];
  };
  return inside(found);
}
