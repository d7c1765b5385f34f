import type { Place } from './access.ts';

/**
 * The file reads the parameters of a call: parsed JSON, or the flat names of the query protocol (`Tags.member.1.Key`).
 */

type Parameters = Readonly<Record<string, unknown>>;

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.flatMap((one) => text(one) ?? []) : [];

/** Returns a list of texts, whichever protocol it came by. */
export function listed(params: Parameters, name: string): string[] {
  const flat = new RegExp(`^${name}(\\.\\w+)?\\.\\d+$`);
  return [
    ...texts(params[name]),
    ...Object.entries(params).flatMap(([key, value]) => (flat.test(key) ? (text(value) ?? []) : [])),
  ];
}

/** Returns the tags that a call brings, in all the shapes that AWS's services have for them. */
export function tagsIn(params: Parameters, under = /^Tags?\.(?:\w+\.)?(\d+)\.Key$/): Record<string, string> {
  const tags = params.tags ?? params.Tags ?? params.resourceTags;
  if (Array.isArray(tags)) {
    return Object.fromEntries(
      tags.map((tag: Record<string, string>) => [
        tag.key ?? tag.Key ?? tag.TagKey,
        tag.value ?? tag.Value ?? tag.TagValue ?? '',
      ]),
    );
  }
  if (tags && typeof tags === 'object') return tags as Record<string, string>;
  return Object.fromEntries(
    Object.keys(params)
      .filter((key) => under.test(key))
      .map((key) => [String(params[key]), String(params[key.replace(/Key$/, 'Value')] ?? '')]),
  );
}

/** Returns tags as condition keys. */
export function tagKeys(
  kind: 'RequestTag' | 'ResourceTag',
  tags: Record<string, string>,
): Record<string, string | string[]> {
  const names = Object.keys(tags);
  return {
    ...Object.fromEntries(names.map((name) => [`aws:${kind}/${name}`, tags[name] ?? ''])),
    ...(kind === 'RequestTag' && names.length > 0 ? { 'aws:TagKeys': names } : {}),
  };
}

export function arnOf(service: string, { region, accountId }: Place): (resource: string) => string {
  return (resource) =>
    resource.startsWith('arn:') ? resource : `arn:aws:${service}:${region}:${accountId}:${resource}`;
}

export const lastOf = (path: string): string => path.split('/').at(-1) ?? path;
