import type { LackingPermission, PlannedChange } from '../../contracts/plan.ts';
import type { OwnTags } from '../plan-tags.ts';
import type { Place } from '../required-actions/resource-arns.ts';
import { type Context, type Need, needsOf } from './needed.ts';

/** A question to IAM asks for each action on each resource. */
export interface Question {
  actions: readonly string[];
  resources: readonly string[];
  context: Context;
}
/** A decision is `unclear` when a condition of the policies needs a value that is not known before the call. */
export type Decision = 'allowed' | 'denied' | 'unclear';
export interface Answer {
  action: string;
  resource: string;
  decision: Decision;
}

export interface PermissionPorts {
  /** @throws when IAM does not answer */
  simulate(question: Question): Promise<Answer[]>;
  /** Aborts when an answer is not waited for any more. IAM throttles for as long as others ask it, too. */
  signal?: AbortSignal;
}

export interface Permissions {
  lacking: LackingPermission[];
  /** Each entry is an address or a sentence that says what was not checked against the policies, and why. */
  unjudged: string[];
}

/**
 * The number of simultaneous calls is low because IAM throttles this call and documents no rate:
 * https://github.com/cloud-custodian/cloud-custodian/issues/7641
 */
const AT_ONCE = 3;

/** Checks everything that a plan's resources need against the policies of the role that creates and destroys them. */
export async function missingPermissions(
  changes: readonly PlannedChange[],
  own: OwnTags,
  place: Place,
  { simulate, signal }: PermissionPorts,
): Promise<Permissions> {
  const { needs, unknown } = needsOf(changes, own, place);
  const asked = needs.filter(({ resources }) => resources.length > 0);
  const decisions = new Map<string, Decision>();
  const failures = new Set<string>();
  const questions = questionsOf(asked);
  const late = lateness(signal);
  const next = async (): Promise<void> => {
    for (let one = questions.shift(); one; one = questions.shift()) {
      const { context } = one;
      try {
        for (const { action, resource, decision } of await Promise.race([late, simulate(one)]))
          decisions.set(keyOf(action, resource, context), decision);
      } catch (error) {
        failures.add(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  const decided = asked.map((need) => ({ need, decision: decisionOf(need, decisions) }));
  const denied = decided.filter(({ decision }) => decision === 'denied').map(({ need }) => need);
  return {
    lacking: denied.filter(({ doubt }) => !doubt).map((need) => lackingOf(need, place)),
    unjudged: [
      ...unknown.map((address) => `${address}: nobody knows what its type needs`),
      ...[...failures].map((why) => `IAM did not answer: ${why}`),
      ...denied.flatMap(({ address, action, doubt }) =>
        doubt ? [`${action} for ${address}: the role's policies do not allow it, ${doubt}`] : [],
      ),
      ...unknownNames(needs.filter((need) => !asked.includes(need))),
      ...unclearIn(decided.filter(({ decision }) => decision === 'unclear').map(({ need }) => need)),
    ],
  };
}

/** Rejects when the time is over, and never resolves. */
function lateness(signal: AbortSignal | undefined): Promise<never> {
  const late = new Promise<never>((_, reject) => {
    const end = () => reject(new Error('it took longer than a review may take'));
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end, { once: true });
  });
  late.catch(() => {});
  return late;
}

const keyOf = (action: string, resource: string, context: Context) => JSON.stringify([action, resource, context]);

/**
 * Groups the actions of a service on resources of the same kinds, with the same tags, into questions of limited size.
 */
function questionsOf(needs: readonly Need[]): Question[] {
  const groups = Map.groupBy(needs, ({ action, resources, context }) =>
    JSON.stringify([action.split(':')[0], kindsOf(resources), context]),
  );
  return [...groups.values()].flatMap((group) => {
    const actions = [...new Set(group.map(({ action }) => action))].sort();
    const resources = [...new Set(group.flatMap((need) => need.resources))].sort();
    return chunks(resources).map((some) => ({ actions, resources: some, context: group[0]?.context ?? {} }));
  });
}

/**
 * Returns the kinds of the resources, such as `arn:aws:iam::123456789012:role`. A queue, a topic or a bucket has its
 * name where others have a kind, and the name is left out.
 */
const kindsOf = (resources: readonly string[]) =>
  resources.map((one) => /^arn:(?:[^:]*:){4}(?:[a-z-]+(?=[/:]))?/.exec(one)?.[0] ?? one).join();

/**
 * Another user of the call found that more resources are too many for one call:
 * https://github.com/nccgroup/PMapper/pull/6
 */
const MOST_RESOURCES = 20;
function chunks(all: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(all.length / MOST_RESOURCES) }, (_, at) =>
    all.slice(at * MOST_RESOURCES, (at + 1) * MOST_RESOURCES),
  );
}

function decisionOf({ action, resources, context }: Need, decisions: ReadonlyMap<string, Decision>): Decision {
  const all = resources.map((resource) => decisions.get(keyOf(action, resource, context)) ?? 'unclear');
  if (all.includes('allowed')) return 'allowed';
  return all.includes('unclear') ? 'unclear' : 'denied';
}

/** What is asked of IAM by a name that the plan does not say. */
function unknownNames(needs: readonly Need[]): string[] {
  return [...Map.groupBy(needs, ({ address }) => address)].map(
    ([address, same]) =>
      `${address}: the plan does not say on what it needs ${[...new Set(same.map(({ action }) => action))].join(', ')}`,
  );
}

function unclearIn(needs: readonly Need[]): string[] {
  return [...Map.groupBy(needs, ({ action }) => action)].map(
    ([action, same]) => `${action} for ${same[0]?.address}${same.length > 1 ? ` and ${same.length - 1} more` : ''}`,
  );
}

function lackingOf({ address, action, resources: [resource = '*'], destroys }: Need, place: Place): LackingPermission {
  return { address, action, resource: resource.replace(`arn:${place.partition}:`, 'arn:{partition}:'), destroys };
}
