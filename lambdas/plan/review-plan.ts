import { runKeys } from '../contracts/naming.ts';
import type { ReviewPlanEvent, ReviewPlanResult } from '../contracts/payloads.ts';
import { type AcceptedRisk, type PlanFile, planFile, type TeardownRisk } from '../contracts/plan.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { aboutPlan } from '../notifications/plan.ts';
import { InputError } from '../runtime/errors.ts';
import { isOwnedName } from '../sweep/owned-names.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import { reviewPlan } from './plan-review.ts';
import { describeRisks } from './plan-risks.ts';

/** Step Functions carries the result in a state of 256 KiB. */
const CARRIED = 100;

/** Lines of a refusal; the plan's review has them all. */
const SAID = 10;

export interface ReviewOptions {
  project: string;
  maxDeletions: number;
  acceptedRisks: readonly AcceptedRisk[];
}

/** Whose plan it is, and where the build has kept what it changes. */
export interface PlanToReview extends Pick<PreflightRequest, 'environment' | 'run' | 'commit' | 'approval'> {
  keys: Pick<PreflightRequest['keys'], 'changes'>;
  names: Pick<PreflightRequest['names'], 'prefix'>;
}

/** A build that asks is about to apply the plan of its own claim, which no person approves. */
export function planToReview(event: ReviewPlanEvent): PlanToReview {
  if ('request' in event) return event.request;
  const { environment, run, commit, prefix, fencing } = event;
  return { environment, run, commit, keys: runKeys(environment, run, fencing), names: { prefix } };
}

/**
 * What a person should know of a plan before it is applied, and whether it is refused because its teardown would fail.
 * @param read from the control bucket
 * @throws {InputError} when the build has not kept what the plan changes, or not so that it can be read
 */
export async function reviewStoredPlan(
  { environment, run, commit, keys, names, approval }: PlanToReview,
  { project, maxDeletions, acceptedRisks }: ReviewOptions,
  read: (key: string) => Promise<StoredText>,
): Promise<ReviewPlanResult> {
  const stored = await read(keys.changes);
  if (stored.kind !== 'found') throw new InputError(`the plan of ${run} left no ${keys.changes}`);
  const own = { project, environment };
  const owns = (name: string) => isOwnedName(names.prefix, name);
  const review = reviewPlan(planIn(stored.text, keys.changes), { own, owns, maxDeletions, accepted: acceptedRisks });
  const { dangerous, unknown, destroyed, madeAnew, byType, risks, ...counts } = review;
  // Whoever approves the plan is shown what they accept with it.
  const refused = risks.filter(({ acceptable }) => !acceptable || approval !== 'plan');
  return {
    ...counts,
    byType: byType.slice(0, CARRIED),
    destroyed: destroyed.slice(0, CARRIED),
    madeAnew: madeAnew.slice(0, CARRIED),
    dangerous: dangerous.slice(0, CARRIED),
    unknown: unknown.slice(0, CARRIED),
    risks: risks.slice(0, CARRIED),
    ...(refused.length > 0 ? { refusal: refusalOf(refused) } : {}),
    summary: `Environment ${environment}, run ${run}, commit ${commit}.\n\n${aboutPlan(review)}`,
  };
}

function refusalOf(risks: readonly TeardownRisk[]): string {
  const acceptable = risks.some((risk) => risk.acceptable)
    ? ' What a team accepts is listed in stack.acceptedRisks of runbook.config.ts, or approved with approval=plan.'
    : '';
  return `what it makes could not be torn down. ${describeRisks(risks, SAID).join('; ')}.${acceptable}`;
}

function planIn(text: string, key: string): PlanFile {
  try {
    return planFile.parse(JSON.parse(text));
  } catch {
    throw new InputError(`${key} is not what "terraform show -json" says of a plan`);
  }
}
