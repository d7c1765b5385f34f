import type { PlannedChange } from '../contracts/plan.ts';

/** The tags by which a teardown knows what is the environment's own. */
export type OwnTags = Readonly<Record<'project' | 'environment', string>>;

/** A value; `null` when the resource has no such tag; undefined when nobody can tell before the apply. */
type TagValue = string | null | undefined;

/** What of its own tags a resource does not have, or may not have: `environment=(none)`. Empty where types take no tags. */
export function wrongTags(one: PlannedChange, all: readonly PlannedChange[], own: OwnTags): string[] {
  if (!takesTags(one)) return [];
  return Object.entries(own).flatMap(([key, wanted]) => {
    const value = tagValue(one, key, all);
    if (value === wanted) return [];
    return [`${key}=${value === undefined ? '(known only when it is applied)' : (value ?? '(none)')}`];
  });
}

/** Of a provider that knows default tags: all of AWS's types that take tags as a map have this. */
function takesTags({ change: { after, after_unknown: unknown } }: PlannedChange): boolean {
  if (!after) return false;
  return 'tags_all' in after || (typeof unknown === 'object' && unknown !== null && 'tags_all' in unknown);
}

/**
 * One tag that is known only when it is applied hides all of a resource's. Then the provider's other resources tell its default tags, which
 * its own tags would have to contradict: for a VPC, on which a teardown depends, that does not do.
 */
function tagValue(one: PlannedChange, key: string, all: readonly PlannedChange[]): TagValue {
  const planned = known(one, 'tags_all', key);
  if (planned !== undefined) return planned;
  const own = known(one, 'tags', key);
  if (own || (own === undefined && one.type === 'aws_vpc')) return own;
  const defaults = all
    .filter((other) => other.providerKey === one.providerKey && takesTags(other) && known(other, 'tags', key) === null)
    .map((other) => known(other, 'tags_all', key))
    .filter((value) => value !== undefined);
  return one.providerKey && new Set(defaults).size === 1 ? defaults[0] : undefined;
}

function known({ change }: PlannedChange, attribute: 'tags' | 'tags_all', key: string): TagValue {
  const unknown = typeof change.after_unknown === 'object' ? change.after_unknown?.[attribute] : change.after_unknown;
  if (unknown === true || valueAt(unknown, key) === true) return undefined;
  const value = valueAt(change.after?.[attribute], key);
  return typeof value === 'string' ? value : null;
}

function valueAt(map: unknown, key: string): unknown {
  return typeof map === 'object' && map !== null ? (map as Record<string, unknown>)[key] : undefined;
}

/** The tags of what exists that name another owner and that the plan replaces or deletes: `environment=live`. */
export function foreignBefore({ before, after }: PlannedChange['change'], own: OwnTags): string[] {
  const at = (values: typeof before, key: string) => valueAt(values?.tags_all, key) ?? valueAt(values?.tags, key);
  return Object.entries(own).flatMap(([key, wanted]) => {
    const value = at(before, key);
    // A team's own tags that stay as they are have a risk of their own.
    const stays = after !== null && after !== undefined && at(after, key) === value;
    return typeof value !== 'string' || value === wanted || stays ? [] : [`${key}=${value}`];
  });
}

export const tagsText = (tags: readonly string[]) => tags.join(', ');
