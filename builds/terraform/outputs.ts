import * as z from 'zod';
import { BuildFailure } from '../report.ts';

const outputs = z.record(z.string(), z.looseObject({ sensitive: z.boolean().default(false), value: z.unknown() }));

/**
 * Returns the file that `terraform output -json` writes, where a sensitive output has no value: it stays in the state.
 * @throws BuildFailure when it is not such a file
 */
export function withoutSensitive(text: string): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // The failure is thrown below.
  }
  const read = outputs.safeParse(parsed);
  if (!read.success) throw new BuildFailure('the outputs could not be read');
  const shown = Object.entries(read.data).map(([name, one]) => [name, one.sensitive ? { ...one, value: null } : one]);
  return `${JSON.stringify(Object.fromEntries(shown), undefined, 2)}\n`;
}
