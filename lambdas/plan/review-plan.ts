import { BOUNDARY_POLICY } from '../contracts/deployed-names.ts';
import { runKeys } from '../contracts/naming.ts';
import type { ReviewPlanEvent, ReviewPlanResult } from '../contracts/payloads/plan.ts';
import {
  type AcceptedRisk,
  type PlanFile,
  type PlannedChange,
  planFile,
  type TeardownRisk,
} from '../contracts/plan.ts';
import type { PreflightRequest } from '../contracts/request.ts';
import { aboutPlan } from '../notifications/plan.ts';
import { InputError } from '../runtime/errors.ts';
import { isOwnedName } from '../sweep/owned-names.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import { beyondBoundary, logsBeyondBoundary } from './bounded-roles.ts';
import { lackingLines } from './permissions/fixes.ts';
import type { Permissions } from './permissions/missing.ts';
import { reviewPlan } from './plan-review.ts';
import { describeRisks } from './plan-risks.ts';
import type { OwnTags } from './plan-tags.ts';
import { conflictingTags } from './tag-conflicts.ts';

/** The limit exists because Step Functions passes the result in a state of at most 256 KiB. */
const CARRIED = 100;

/** A refusal has at most this many lines; the plan's review has all of them. */
const SAID = 10;

/**
 * The cause of a failed execution has at most 32,768 characters:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
 */
const DENIED = 40;

export interface ReviewOptions {
  project: string;
  maxDeletions: number;
  acceptedRisks: readonly AcceptedRisk[];
}

/** The request identifies the plan's environment and run, and the object in which the build stored the changes. */
export interface PlanToReview
  extends Pick<PreflightRequest, 'environment' | 'run' | 'commit' | 'accountId' | 'region' | 'approval'> {
  keys: Pick<PreflightRequest['keys'], 'changes'>;
  names: Pick<PreflightRequest['names'], 'prefix'>;
}

/**
 * Returns the plan of an event. A build that sends the event is about to apply the plan of its own claim, which no
 * person approves.
 */
export function planToReview(event: ReviewPlanEvent): PlanToReview {
  if ('request' in event) return event.request;
  const { environment, run, commit, accountId, region, prefix, fencing } = event;
  return { environment, run, commit, accountId, region, keys: runKeys(environment, run, fencing), names: { prefix } };
}

export interface ReviewPorts {
  /** Reads an object of the control bucket. */
  read(key: string): Promise<StoredText>;
  /** Lists the permissions that the resources need and that the role of the Terraform builds does not have. */
  missing(changes: readonly PlannedChange[], own: OwnTags): Promise<Permissions>;
}

/**
 * Returns what a person should know about a plan before it is applied, and why the plan is refused when its apply or
 * its teardown would fail.
 * @throws {InputError} when the build has not stored the plan's changes, or when they cannot be read
 */
export async function reviewStoredPlan(
  { environment, run, commit, keys, names, approval }: PlanToReview,
  { project, maxDeletions, acceptedRisks }: ReviewOptions,
  { read, missing }: ReviewPorts,
): Promise<ReviewPlanResult> {
  const stored = await read(keys.changes);
  if (stored.kind !== 'found') throw new InputError(`the plan of ${run} left no ${keys.changes}`);
  const own = { project, environment };
  const owns = (name: string) => isOwnedName(names.prefix, name);
  const plan = planIn(stored.text, keys.changes);
  const { lacking, ...asked } = await missing(plan.resource_changes, own);
  const review = reviewPlan(plan, { own, owns, maxDeletions, accepted: acceptedRisks });
  const { dangerous, unknown, destroyed, madeAnew, byType, risks, ...counts } = review;
  // The person who approves the plan sees the risks that the approval accepts.
  const refused = risks.filter(({ acceptable }) => !acceptable || approval !== 'plan');
  const beyond = beyondBoundary(plan.resource_changes);
  const logs = logsBeyondBoundary(plan.resource_changes, names.prefix);
  const unjudged = [...logs.likely, ...asked.unjudged];
  const conflicts = conflictingTags(plan.resource_changes);
  const refusals = [
    ...(conflicts.length > 0 ? [conflictsOf(conflicts)] : []),
    ...(beyond.length > 0 ? [beyondOf(beyond)] : []),
    ...(logs.certain.length > 0 ? [logsOf(logs.certain)] : []),
    ...(lacking.length > 0 ? [deniedOf(lackingLines(lacking, names.prefix))] : []),
    ...(refused.length > 0 ? [refusalOf(refused)] : []),
  ];
  return {
    ...counts,
    byType: byType.slice(0, CARRIED),
    destroyed: destroyed.slice(0, CARRIED),
    madeAnew: madeAnew.slice(0, CARRIED),
    dangerous: dangerous.slice(0, CARRIED),
    unknown: unknown.slice(0, CARRIED),
    risks: risks.slice(0, CARRIED),
    lacking: lacking.slice(0, CARRIED),
    unjudged: unjudged.slice(0, CARRIED),
    ...(refusals.length > 0 ? { refusal: refusals.join(' ') } : {}),
    summary: `Environment ${environment}, run ${run}, commit ${commit}.\n\n${aboutPlan(review)}${aboutUnjudged(unjudged)}`,
  };
}

/** Each line says what to add. The lines that do not fit usually have the same causes. */
function deniedOf(lines: readonly string[]): string {
  const more = lines.length > DENIED ? [`and ${lines.length - DENIED} more`] : [];
  return `the role of the Terraform builds may not do what it needs (npx runbook permissions). ${[...lines.slice(0, DENIED), ...more].join('; ')}.`;
}

function conflictsOf(lines: readonly string[]): string {
  const more = lines.length > SAID ? [`and ${lines.length - SAID} more`] : [];
  return `IAM does not distinguish the case of tag keys, and refuses these. ${[...lines.slice(0, SAID), ...more].join('; ')}. Write the keys "project" and "environment" in small letters in the root, or leave out the others.`;
}

/** The lines that do not fit have the same causes. */
function beyondOf(lines: readonly string[]): string {
  const more = lines.length > SAID ? [`and ${lines.length - SAID} more`] : [];
  return `AWS asks more of roles than ${BOUNDARY_POLICY} allows. ${[...lines.slice(0, SAID), ...more].join('; ')}. Create a boundary that has it, and name it in terraform.permissionsBoundary of runbook.config.ts.`;
}

function logsOf(lines: readonly string[]): string {
  const more = lines.length > SAID ? [`and ${lines.length - SAID} more`] : [];
  return `ECS starts no task that may not write its log. ${[...lines.slice(0, SAID), ...more].join('; ')}. Rename the log group, or name a boundary that has it in terraform.permissionsBoundary of runbook.config.ts.`;
}

function aboutUnjudged(unjudged: readonly string[]): string {
  if (unjudged.length === 0) return '';
  const more = unjudged.length > SAID ? [`- and ${unjudged.length - SAID} more`] : [];
  const lines = unjudged.slice(0, SAID).map((one) => `- ${one}`);
  return `\n\n${['Not held against the permissions of its role', ...lines, ...more].join('\n')}`;
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
