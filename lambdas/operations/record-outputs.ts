import type { StackOutputs } from '../shared/contracts.ts';
import { InputError, SafetyError } from '../shared/errors.ts';
import { runKeys } from '../shared/naming.ts';
import type { OutputsEvent } from '../shared/request.ts';
import { parseOutputs } from './terraform-outputs.ts';

export interface RecordOutputsPorts {
  /** Text of an object in the control bucket; undefined when there is none. */
  readText(key: string): Promise<string | undefined>;
  /** @returns whether the record still has that owner and fencing */
  storeOutputs(environment: string, guard: { owner: string; fencing: number }, outputs: StackOutputs): Promise<boolean>;
}

/** Reads what Terraform says it made, and puts it into the record. */
export async function recordOutputs(
  { request, run, fencing }: OutputsEvent,
  ports: RecordOutputsPorts,
): Promise<StackOutputs> {
  const { environment, execution } = request;
  const key = runKeys(environment, run).outputs;
  const text = await ports.readText(key);
  if (text === undefined) throw new InputError(`terraform outputs are missing: the apply of ${run} wrote no ${key}`);
  const outputs = parseOutputs(text);
  if (!(await ports.storeOutputs(environment, { owner: execution.id, fencing }, outputs))) {
    throw new SafetyError(`environment "${environment}" was taken over: ${execution.id} no longer holds it`);
  }
  return outputs;
}
