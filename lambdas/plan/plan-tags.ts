import type { PlannedChange } from '../contracts/plan.ts';

/** A teardown recognizes the environment's own resources by these tags. */
export type OwnTags = Readonly<Record<'project' | 'environment', string>>;

/** The value is `null` when the resource has no such tag, and undefined when it is not known before the apply. */
type TagValue = string | null | undefined;

/**
 * Lists the environment's tags that a resource does not have, or may not have, such as `environment=(none)`. The list
 * is empty for types that take no tags.
 */
export function wrongTags(one: PlannedChange, all: readonly PlannedChange[], own: OwnTags): string[] {
  if (!takesTags(one)) return [];
  return Object.entries(own).flatMap(([key, wanted]) => {
    const value = tagValue(one, key, all);
    if (value === wanted) return [];
    return [`${key}=${value === undefined ? '(known only when it is applied)' : (value ?? '(none)')}`];
  });
}

/**
 * Reports whether a resource takes tags. Every AWS type that takes tags as a map has `tags_all`, which includes the
 * provider's default tags.
 */
function takesTags({ change: { after, after_unknown: unknown } }: PlannedChange): boolean {
  if (!after) return false;
  return 'tags_all' in after || (typeof unknown === 'object' && unknown !== null && 'tags_all' in unknown);
}

/**
 * Returns the value that a tag will have. One tag that is known only after the apply makes the whole map of a resource
 * unknown. Then the function infers the default tags from the provider's other resources, although an unknown own tag
 * could still override them. For a VPC, on which a teardown depends, that is not certain enough, and the value stays
 * unknown.
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

/**
 * Lists the tags of an existing resource that name another owner and that the plan replaces or deletes, such as
 * `environment=live`.
 */
export function foreignBefore({ before, after }: PlannedChange['change'], own: OwnTags): string[] {
  const at = (values: typeof before, key: string) => valueAt(values?.tags_all, key) ?? valueAt(values?.tags, key);
  return Object.entries(own).flatMap(([key, wanted]) => {
    const value = at(before, key);
    // A team's own tags that do not change have a risk of their own.
    const stays = after !== null && after !== undefined && at(after, key) === value;
    return typeof value !== 'string' || value === wanted || stays ? [] : [`${key}=${value}`];
  });
}

export const tagsText = (tags: readonly string[]) => tags.join(', ');
