import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';

/**
 * This module reads the members of an SDK's response. A member that is missing, null or of another type was not read:
 * it is never an empty list, an empty map or an empty text.
 */

interface Answer {
  $metadata?: { requestId?: string | undefined };
}

/** @param of the response, or the part of it, that contains the list */
export function listOf<T>(list: readonly T[] | undefined, of: object): readonly T[] {
  if (!Array.isArray(list))
    throw new UnexpectedResponseError(`the response has no list where one belongs; it has ${members(of)}`);
  if (list.some((item) => item === null || item === undefined)) {
    throw new UnexpectedResponseError(`the response has a list with an empty item; it has ${members(of)}`);
  }
  return list;
}

/** @param what the name of the member in the error */
export function textOf(value: string | undefined, what: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new UnexpectedResponseError(`the response gives ${what} as ${JSON.stringify(value) ?? 'nothing'}`);
  }
  return value;
}

/** Reads tags that a service returns as a map. */
export function mapOf(map: Record<string, string> | undefined, of: object): Record<string, string> {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new UnexpectedResponseError(`the response has no map where one belongs; it has ${members(of)}`);
  }
  for (const [key, value] of Object.entries(map)) if (typeof value !== 'string') textOf(value, `the value of ${key}`);
  return map;
}

/** A tag has different spellings in different services. */
interface AnyTag {
  Key?: string | undefined;
  Value?: string | undefined;
  key?: string | undefined;
  value?: string | undefined;
}

/** Reads tags that a service returns as a list. */
export function tagsOf(list: readonly AnyTag[] | undefined, of: object): Record<string, string> {
  return Object.fromEntries(
    listOf(list, of).map((tag) => [textOf(tag.Key ?? tag.key, 'the key of a tag'), tag.Value ?? tag.value ?? '']),
  );
}

/**
 * Returns the item that was requested by name, or undefined when the list is empty. A list that contains only other
 * items is a response to another request.
 */
export function namedIn<T>(list: readonly T[] | undefined, is: (item: T) => boolean, of: object): T | undefined {
  const items = listOf(list, of);
  const found = items.find(is);
  if (!found && items.length > 0)
    throw new UnexpectedResponseError('the response describes something else than was asked for');
  return found;
}

/**
 * Returns the item that was requested by name. The function is for services that return an error for an unknown name,
 * so that an empty list is not a valid response.
 */
export function describedIn<T>(list: readonly T[] | undefined, is: (item: T) => boolean, of: object): T {
  const found = namedIn(list, is, of);
  if (!found)
    throw new UnexpectedResponseError(
      'the response neither describes what was asked for nor says that it does not exist',
    );
  return found;
}

/**
 * Returns the named item of a list that its service cannot search. The function refuses an item without the name,
 * because it may be the item.
 */
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
