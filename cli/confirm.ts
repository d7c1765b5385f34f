import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { CommandError } from './commands/command-error.ts';

/** A terminal, or what plays one. */
export interface Terminal {
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/**
 * Asks a person, who says yes or does not. Ctrl-C is no.
 * @throws {CommandError} when nobody is there to be asked
 */
export async function confirm(question: string, { input, output }: Terminal): Promise<boolean> {
  if (!input.isTTY) throw new CommandError('nobody is there to be asked', 'say --yes');
  const lines = createInterface({ input, output });
  try {
    const said = await Promise.race([lines.question(`${question} [y/N] `), once(lines, 'close').then(() => '')]);
    return /^y(es)?$/i.test(said.trim());
  } finally {
    lines.close();
  }
}
