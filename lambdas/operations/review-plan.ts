import { reviewPlan } from '../checks/plan-review.ts';
import { aboutPlan } from '../messages/plan.ts';
import { InputError } from '../shared/errors.ts';
import type { ReviewPlanResult } from '../shared/payloads.ts';
import { planFile } from '../shared/plan.ts';
import type { PreflightRequest } from '../shared/request.ts';
import type { StoredText } from './take-inventory.ts';

/** Step Functions carries the result in a state of 256 KiB. */
const CARRIED = 100;

/**
 * What whoever approves a plan should know of it.
 * @param read from the control bucket
 * @throws {InputError} when the build has not kept what the plan changes, or not so that it can be read
 */
export async function reviewStoredPlan(
  { environment, run, commit, keys }: PreflightRequest,
  read: (key: string) => Promise<StoredText>,
): Promise<ReviewPlanResult> {
  const stored = await read(keys.changes);
  if (stored.kind !== 'found') throw new InputError(`the plan of ${run} left no ${keys.changes}`);
  const review = reviewPlan(changesIn(stored.text, keys.changes));
  const { dangerous, unknown, destroyed, madeAnew, byType, ...counts } = review;
  return {
    ...counts,
    byType: byType.slice(0, CARRIED),
    destroyed: destroyed.slice(0, CARRIED),
    madeAnew: madeAnew.slice(0, CARRIED),
    dangerous: dangerous.slice(0, CARRIED),
    unknown: unknown.slice(0, CARRIED),
    summary: `Environment ${environment}, run ${run}, commit ${commit}.\n\n${aboutPlan(review)}`,
  };
}

function changesIn(text: string, key: string) {
  try {
    return planFile.parse(JSON.parse(text)).resource_changes;
  } catch {
    throw new InputError(`${key} is not what "terraform show -json" says of a plan`);
  }
}
