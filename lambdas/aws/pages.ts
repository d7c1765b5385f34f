import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import { listOf } from './responses.ts';

/**
 * Every page of a list, however empty, until there is no token.
 * @param items the list of a page; a page without it was not read, and is refused
 * @param next the token of the page that follows; a token that comes again makes a list without end, and is refused
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

/** Every item of a list. */
export async function* eachItem<P extends object, T, K = string>(
  ...list: Parameters<typeof pages<P, T, K>>
): AsyncGenerator<T> {
  for await (const page of pages<P, T, K>(...list)) yield* page;
}

/** The same in one array, for lists that AWS's own filter keeps short. */
export async function allItems<P extends object, T, K = string>(
  ...list: Parameters<typeof pages<P, T, K>>
): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages<P, T, K>(...list)) items.push(...page);
  return items;
}

/**
 * The token of a service that also says whether there is more. IAM, KMS and S3 say so in every response, and send a token
 * exactly when there is more: a response that lacks either, or whose two contradict each other, was not read.
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
