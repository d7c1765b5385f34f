import * as z from 'zod';
import { namedOutputs, type StackOutputs, type WantedOutput } from '../contracts/outputs.ts';
import { InputError } from '../runtime/errors.ts';

const outputFile = z.record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().default(false) }));

/**
 * Reads the file that `terraform output -json` writes. Outputs that nobody needs are left out.
 * @throws {InputError} naming each output that is missing, sensitive or malformed, and who needs it, never showing a
 * value
 */
export function parseOutputs(text: string, wanted: readonly WantedOutput[]): StackOutputs {
  const file = outputFile.safeParse(parseJson(text));
  if (!file.success) throw new InputError('terraform outputs are not what "terraform output -json" writes');
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const { name, from, by } of wanted) {
    const output = Object.hasOwn(file.data, from) ? file.data[from] : undefined;
    const what = `terraform output "${from}"`;
    if (!output) {
      if (by.length === 0) continue;
      problems.push(
        `${what} is missing: declare it in the stack's outputs.tf and apply again; ${by.join(', ')} needs it`,
      );
    } else if (output.sensitive) {
      problems.push(
        `${what} is sensitive, and whoever may read the record would see it: ${by.join(', ') || 'the address that messages show'} must do without`,
      );
    } else {
      const parsed = namedOutputs.safeParse({ [name]: output.value });
      if (parsed.success) values[name] = output.value;
      else problems.push(`${what} is malformed: ${parsed.error.issues.map(({ message }) => message).join(', ')}`);
    }
  }
  if (problems.length > 0) throw new InputError(problems.join('; '));
  return values;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
