import * as z from 'zod';
import { type StackOutputs, stackOutputs } from '../shared/contracts.ts';
import { InputError } from '../shared/errors.ts';

const outputFile = z.record(z.string(), z.object({ value: z.unknown() }));

/**
 * Reads the file that `terraform output -json` writes.
 * @throws {InputError} naming each output that is missing or malformed; never showing a value, which may be a secret
 */
export function parseOutputs(text: string): StackOutputs {
  const file = outputFile.safeParse(parseJson(text));
  if (!file.success) throw new InputError('terraform outputs are not what "terraform output -json" writes');
  const values = Object.fromEntries(Object.entries(file.data).map(([name, { value }]) => [name, value]));
  const parsed = stackOutputs.safeParse(values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    return name in values
      ? `terraform output "${name}" is malformed: ${issue.message}`
      : `terraform output "${name}" is missing: declare it in the stack's outputs.tf and apply again`;
  });
  throw new InputError(problems.join('; '));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
