import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';

/**
 * Reads the members of an SDK's response. A member that is missing, null or of another type was not read: it is never an
 * empty list, an empty map or an empty text.
 */

interface Answer {
  $metadata?: { requestId?: string | undefined };
}

/** @param of the response, or the part of it, that the list belongs to */
export function listOf<T>(list: readonly T[] | undefined, of: object): readonly T[] {
  if (!Array.isArray(list))
    throw new UnexpectedResponseError(`the response has no list where one belongs; it has ${members(of)}`);
  if (list.some((item) => item === null || item === undefined)) {
    throw new UnexpectedResponseError(`the response has a list with an empty item; it has ${members(of)}`);
  }
  return list;
}

/** @param what the member, for the error */
export function textOf(value: string | undefined, what: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new UnexpectedResponseError(`the response gives ${what} as ${JSON.stringify(value) ?? 'nothing'}`);
  }
  return value;
}

/** Tags that a service answers with as a map. */
export function mapOf(map: Record<string, string> | undefined, of: object): Record<string, string> {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new UnexpectedResponseError(`the response has no map where one belongs; it has ${members(of)}`);
  }
  for (const [key, value] of Object.entries(map)) if (typeof value !== 'string') textOf(value, `the value of ${key}`);
  return map;
}

/** A tag in the spellings of the services. */
interface AnyTag {
  Key?: string | undefined;
  Value?: string | undefined;
  key?: string | undefined;
  value?: string | undefined;
}

/** Tags that a service answers with as a list. */
export function tagsOf(list: readonly AnyTag[] | undefined, of: object): Record<string, string> {
  return Object.fromEntries(
    listOf(list, of).map((tag) => [textOf(tag.Key ?? tag.key, 'the key of a tag'), tag.Value ?? tag.value ?? '']),
  );
}

/**
 * The one that was asked for by name; undefined when the list is empty. A list of others is a response to another
 * question.
 */
export function namedIn<T>(list: readonly T[] | undefined, is: (item: T) => boolean, of: object): T | undefined {
  const items = listOf(list, of);
  const found = items.find(is);
  if (!found && items.length > 0)
    throw new UnexpectedResponseError('the response describes something else than was asked for');
  return found;
}

/** The same of a service that has an error for a name that it does not know, so that an empty list is no response. */
export function describedIn<T>(list: readonly T[] | undefined, is: (item: T) => boolean, of: object): T {
  const found = namedIn(list, is, of);
  if (!found)
    throw new UnexpectedResponseError(
      'the response neither describes what was asked for nor says that it does not exist',
    );
  return found;
}

/** The one of a list that its service cannot search. An item without the name may be the one. */
export async function namedAmong<T>(
  items: AsyncIterable<T>,
  nameOf: (item: T) => string | undefined,
  name: string,
): Promise<T | undefined> {
  for await (const item of items) if (textOf(nameOf(item), 'the name of an item in a list') === name) return item;
  return undefined;
}

function members(of: object): string {
  const { $metadata, ...rest } = of as Answer;
  const names = Object.keys(rest).slice(0, 20);
  const request = $metadata?.requestId ? ` (request ${$metadata.requestId})` : '';
  return `${names.length > 0 ? names.join(', ') : 'no members'}${request}`;
}
