import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { CommandError } from './commands/command-error.ts';

/** The streams are those of a terminal, or of a substitute for it. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/**
 * Asks a person for a confirmation. Ctrl-C counts as no.
 * @throws {CommandError} when there is no terminal to ask on
 */
export async function confirm(question: string, terminal: Terminal): Promise<boolean> {
  if (!terminal.input.isTTY) throw new CommandError('there is no terminal to ask on', 'add --yes');
  return /^y(es)?$/i.test(await ask(`${question} [y/N] `, terminal));
}

/** Asks a person, who may postpone the answer: by Enter, Ctrl-C, or anything that is neither yes nor no. */
export async function decide(question: string, terminal: Terminal): Promise<'yes' | 'no' | 'later'> {
  const said = await ask(`${question} [y]es, [n]o, Enter for later: `, terminal);
  if (/^y(es)?$/i.test(said)) return 'yes';
  return /^no?$/i.test(said) ? 'no' : 'later';
}

async function ask(question: string, { input, output }: Terminal): Promise<string> {
  const lines = createInterface({ input, output });
  try {
    const said = await Promise.race([lines.question(question), once(lines, 'close').then(() => '')]);
    return said.trim();
  } finally {
    lines.close();
  }
}
