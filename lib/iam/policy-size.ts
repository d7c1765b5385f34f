import type { Grant } from './role.ts';

/** Characters of a managed policy, and policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
export const LARGEST_POLICY = 6_144;
export const MOST_POLICIES = 10;

/** Characters of what a token stands for, which is at most the name of a region: `ap-southeast-1`. */
const OF_TOKEN = 14;

/** Returns the characters of a policy that has these grants. */
function sizeOf(grants: readonly Grant[]): number {
  const Statement = grants.map(({ actions, resources, conditions }) => ({
    ...{ Action: actions, Effect: 'Allow', Resource: resources },
    ...(conditions ? { Condition: conditions } : {}),
  }));
  return JSON.stringify({ Version: '2012-10-17', Statement }).replaceAll(/\$\{Token\[[^\]]*\]\}/g, 'x'.repeat(OF_TOKEN))
    .length;
}

/**
 * Divides grants into policies that IAM takes: `Stack`, `Stack2` and so on.
 * @throws {Error} for a grant that is too large for a policy of its own
 */
export function inPolicies(name: string, grants: readonly Grant[]): Record<string, Grant[]> {
  const policies: Grant[][] = [];
  for (const grant of grants) {
    if (sizeOf([grant]) > LARGEST_POLICY)
      throw new Error(
        `runbook.config.ts: stack.grants: the grant of ${grant.actions[0]} and ${grant.actions.length - 1} more is larger than the ${LARGEST_POLICY} characters of a policy: divide it`,
      );
    const last = policies.at(-1);
    if (last && sizeOf([...last, grant]) <= LARGEST_POLICY) last.push(grant);
    else policies.push([grant]);
  }
  return Object.fromEntries(policies.map((some, at) => [at === 0 ? name : `${name}${at + 1}`, some]));
}

/** @throws {Error} for more policies than IAM attaches to a role */
export function requireFewPolicies(policies: Readonly<Record<string, unknown>>): void {
  const count = Object.keys(policies).length;
  if (count <= MOST_POLICIES) return;
  throw new Error(
    `runbook.config.ts: stack: Terraform's role would have ${count} policies (${Object.keys(policies).join(', ')}), and IAM attaches ${MOST_POLICIES}: grant less, or on fewer resources`,
  );
}
