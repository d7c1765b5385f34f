import { runKeys } from '../contracts/naming.ts';
import type { StackOutputs, WantedOutput } from '../contracts/outputs.ts';
import type { OutputsEvent } from '../contracts/payloads/plan.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import type { Lookup } from '../contracts/resource-checks.ts';
import { costSoFar } from '../contracts/spending.ts';
import { costLines } from '../plan/prices.ts';
import { namesInState } from '../plan/state-names.ts';
import { resourcesInState } from '../plan/state-resources.ts';
import { parseState } from '../plan/terraform-state.ts';
import { instantOf } from '../runtime/clock.ts';
import { InputError, SafetyError } from '../runtime/errors.ts';
import { requireOwnOutputs } from './own-outputs.ts';
import { parseOutputs } from './terraform-outputs.ts';

/** `teardownBegan` and `provisionBegan` are removed, since no teardown and no apply is half done any more. */
type Applied = { teardownBegan: undefined; provisionBegan: undefined } & Required<
  Pick<EnvironmentRecord, 'applied' | 'outputs' | 'taskDefinitions' | 'targets' | 'lineage' | 'usdPerHour'>
> &
  Pick<EnvironmentRecord, 'serial' | 'spent'>;

export interface RecordOutputsPorts {
  /** Returns the text of an object in the control bucket, or undefined when it does not exist. */
  readText(key: string): Promise<string | undefined>;
  /** Returns the text of the stack's state, or undefined when there is none. */
  readState(bucket: string, key: string): Promise<string | undefined>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  now(): number;
  /** @returns whether the record still has that owner and fencing number */
  storeOutputs(environment: string, guard: { owner: string; fencing: number }, changes: Applied): Promise<boolean>;
}

/**
 * Reads what Terraform says it made, and puts it into the record, with the task definitions that it applied, the state's
 * lineage and serial, and what everything costs.
 * @throws {InputError} for an output that is missing, or names what the state does not have; for a check's target that it does not have
 */
export async function recordOutputs(
  { request, fencing }: OutputsEvent,
  {
    wanted,
    lookups,
    namePattern,
  }: { wanted: readonly WantedOutput[]; lookups: readonly Lookup[]; namePattern: string },
  ports: RecordOutputsPorts,
): Promise<StackOutputs> {
  const { environment, execution, run } = request;
  const key = runKeys(environment, run).outputs;
  const text = await ports.readText(key);
  if (text === undefined) throw new InputError(`terraform outputs are missing: the apply of ${run} wrote no ${key}`);
  const outputs = parseOutputs(text, wanted);
  const state = await ports.readState(request.names.stateBucket, request.names.stateKey);
  if (state === undefined) throw new InputError(`the apply of ${run} left no state in ${request.names.stateBucket}`);
  const { lineage, serial, items, taskDefinitions } = parseState(state);
  requireOwnOutputs(outputs, wanted, namesInState(state), { environment, namePattern });
  const targets = resourcesInState(state, lookups, outputs);
  const usdPerHour = costLines(items).reduce((sum, line) => sum + line.usdPerHour, 0);
  const guard = { owner: execution.id, fencing };
  // The amount is the cost until now, at the price until now.
  const now = ports.now();
  const record = await ports.loadRecord(environment);
  const usd = record ? costSoFar(record, now) : undefined;
  const spent = usd === undefined ? {} : { spent: { usd, at: instantOf(now) } };
  const applied = {
    teardownBegan: undefined,
    provisionBegan: undefined,
    applied: fencing,
    outputs,
    taskDefinitions,
    targets,
    lineage,
    ...(serial === undefined ? {} : { serial }),
    usdPerHour,
    ...spent,
  };
  if (!(await ports.storeOutputs(environment, guard, applied))) {
    throw new SafetyError(`environment "${environment}" was taken over: ${execution.id} no longer holds it`);
  }
  return outputs;
}
