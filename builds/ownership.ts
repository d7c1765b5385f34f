import * as z from 'zod';
import { invoke } from './aws/functions.ts';
import { Refusal } from './report.ts';
import type { Claim } from './variables.ts';

const answer = z.object({ owned: z.unknown().optional(), errorMessage: z.string().optional() });

/**
 * Asks, before a build changes anything, whether the execution that started it still owns the environment: a failed
 * execution can be redriven for 14 days, and others may have taken the environment over meanwhile. The function that is
 * asked puts the build on the environment's record, so that the next claim waits for its end.
 * @throws Refusal unless the function answers that the environment is the execution's own
 */
export async function requireOwnership(claim: Claim, environment: string, command: string): Promise<void> {
  const { ownershipFunction, owner, fencing, redrive, build } = claim;
  const question = { environment, owner, fencing: Number(fencing), redrive, build, command };
  let said: unknown;
  try {
    said = await invoke(ownershipFunction, question);
  } catch {
    throw new Refusal(`it is not known who owns environment ${environment}: ${ownershipFunction} could not be asked`);
  }
  const { owned, errorMessage } = answer.safeParse(said).data ?? {};
  if (owned === true) return;
  throw new Refusal(errorMessage || `${ownershipFunction} does not say who owns environment ${environment}`);
}
