import type { LackingPermission, PlannedChange } from '../../contracts/plan.ts';
import type { OwnTags } from '../plan-tags.ts';
import type { Place } from '../required-actions/resource-arns.ts';
import { type Context, type Need, needsOf } from './needed.ts';

/** A question to IAM: each action on each resource. */
export interface Question {
  actions: readonly string[];
  resources: readonly string[];
  context: Context;
}
/** `unclear`: a condition of the policies asks for what nobody knows before the call. */
export type Decision = 'allowed' | 'denied' | 'unclear';
export interface Answer {
  action: string;
  resource: string;
  decision: Decision;
}

export interface PermissionPorts {
  /** @throws when IAM does not answer */
  simulate(question: Question): Promise<Answer[]>;
}

export interface Permissions {
  lacking: LackingPermission[];
  /** What was not held against the policies, and why: an address, or a sentence. */
  unjudged: string[];
}

/** At once. IAM throttles this call, and says no rate: https://github.com/cloud-custodian/cloud-custodian/issues/7641 */
const AT_ONCE = 3;

/** Holds everything that a plan's resources will need against the policies of the role that makes and destroys them. */
export async function missingPermissions(
  changes: readonly PlannedChange[],
  own: OwnTags,
  place: Place,
  { simulate }: PermissionPorts,
): Promise<Permissions> {
  const { needs, unknown } = needsOf(changes, own, place);
  const asked = needs.filter(({ resources }) => resources.length > 0);
  const decisions = new Map<string, Decision>();
  const failures = new Set<string>();
  const questions = questionsOf(asked);
  const next = async (): Promise<void> => {
    for (let one = questions.shift(); one; one = questions.shift()) {
      const { context } = one;
      try {
        for (const { action, resource, decision } of await simulate(one))
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

const keyOf = (action: string, resource: string, context: Context) => JSON.stringify([action, resource, context]);

/** Actions of a service on resources of a kind, with the same tags, are one question, whose size is bounded. */
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

/** `arn:aws:iam::123456789012:role`; the name of a queue, a topic or a bucket is no kind. */
const kindsOf = (resources: readonly string[]) =>
  resources.map((one) => /^arn:(?:[^:]*:){4}(?:[a-z-]+(?=[/:]))?/.exec(one)?.[0] ?? one).join();

/** What another user of the call found to be too many at once: https://github.com/nccgroup/PMapper/pull/6 */
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
