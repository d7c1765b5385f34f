import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { listOf } from './responses.ts';

/**
 * Yields every page of a list, including empty pages, until a page has no token.
 * @param items returns the list of a page; a page without the list was not read, and is refused
 * @param next returns the token of the next page; a repeated token would make the list endless, and is refused
 */
export async function* pages<P extends object, T, K = string>(
  fetch: (token: K | undefined) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
  next: (page: P) => K | undefined,
): AsyncGenerator<readonly T[]> {
  const seen = new Set<string>();
  let token: K | undefined;
  do {
    const page = await fetch(token);
    yield listOf(items(page), page);
    token = next(page) || undefined;
    const key = JSON.stringify(token);
    if (key !== undefined && seen.has(key))
      throw new UnexpectedResponseError('the list does not end: a page token came again');
    if (key !== undefined) seen.add(key);
  } while (token !== undefined);
}

/** Yields every item of a list. */
export async function* eachItem<P extends object, T, K = string>(
  ...list: Parameters<typeof pages<P, T, K>>
): AsyncGenerator<T> {
  for await (const page of pages<P, T, K>(...list)) yield* page;
}

/** Returns every item in one array. It is for lists that AWS's own filter keeps short. */
export async function allItems<P extends object, T, K = string>(
  ...list: Parameters<typeof pages<P, T, K>>
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages<P, T, K>(...list)) items.push(...page);
  return items;
}

/**
 * Returns the next token of a service that also states whether there is more. IAM, KMS and S3 state it in every
 * response, and send a token exactly when there is more. The function refuses a response that lacks either, or in which
 * the two contradict each other.
 */
export function nextOf(truncated: boolean | undefined, token: string | undefined): string | undefined {
  if (typeof truncated !== 'boolean')
    throw new UnexpectedResponseError('the response does not say whether its list is cut');
  if (truncated && !token)
    throw new UnexpectedResponseError('the list is cut, and the response has no token for the rest');
  if (!truncated && token)
    throw new UnexpectedResponseError('the list is whole, and the response has a token for more');
  return token || undefined;
}
