import type { PlannedChange } from '../contracts/plan.ts';

/**
 * IAM does not distinguish the case of tag keys of roles and users, and refuses to create one with two such keys. For its other
 * resources, keys are case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
 */
const CASELESS = new Set(['aws_iam_role', 'aws_iam_user', 'aws_iam_service_linked_role']);

/** Returns a line for each role and user that is created or changed with tag keys that differ in case alone. */
export function conflictingTags(changes: readonly PlannedChange[]): string[] {
  return changes.flatMap(({ address, type, change: { actions, after } }) => {
    const tags = after?.tags_all;
    const isWritten = actions.includes('create') || actions.includes('update');
    if (!isWritten || !CASELESS.has(type) || typeof tags !== 'object' || tags === null) return [];
    const same = [...Map.groupBy(Object.keys(tags), (key) => key.toLowerCase()).values()].filter(
      ({ length }) => length > 1,
    );
    return same.length > 0 ? [`${address}: ${same.map((keys) => keys.join(' and ')).join(', ')}`] : [];
  });
}
