import * as z from 'zod';
import { invalidName, invalidToken, validation } from './errors.ts';

/**
 * Reads a request's parameters by a schema.
 * @throws AwsError ValidationException in AWS's words, with every violation
 */
export function parameters<T>(schema: z.ZodType<T>, params: Record<string, unknown>): T {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const violations = result.error.issues.map((issue) => describe(issue, params));
  const count = violations.length;
  throw validation(`${count} validation error${count === 1 ? '' : 's'} detected: ${violations.join('; ')}`);
}

function describe(issue: z.core.$ZodIssue, params: Record<string, unknown>): string {
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    params,
  );
  const shown = value === undefined ? 'null' : `'${String(value)}'`;
  const where = `Value ${shown} at '${issue.path.join('.')}' failed to satisfy constraint: Member must`;
  if (value === undefined) return `${where} not be null`;
  if (issue.code === 'invalid_value') return `${where} satisfy enum value set: [${issue.values.join(', ')}]`;
  const unit = (origin: string) => (origin === 'string' ? 'length' : 'value');
  if (issue.code === 'too_big') return `${where} have ${unit(issue.origin)} less than or equal to ${issue.maximum}`;
  if (issue.code === 'too_small')
    return `${where} have ${unit(issue.origin)} greater than or equal to ${issue.minimum}`;
  return `${where} be valid: ${issue.message}`;
}

export const maxResults = z.number().int().min(0).max(1000).default(0);
/** A token of a page has at most this number of characters: 3096 in ListExecutions, 1024 elsewhere (API reference). */
const token = (most: number) => z.string().min(1).max(most).optional();
export const nextToken = token(1024);
export const nextTokenOfExecutions = token(3096);
export const tags = z.array(z.object({ key: z.string().min(1).max(128), value: z.string().max(256).default('') }));

// biome-ignore lint/suspicious/noControlCharactersInRegex: AWS refuses control characters, so they must be named
const FORBIDDEN_IN_NAMES = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff]/;

/** @throws AwsError InvalidName */
export function requireName(name: string): string {
  if (name.length === 0 || name.length > 80 || FORBIDDEN_IN_NAMES.test(name)) throw invalidName(name);
  return name;
}

const DEFAULT_PAGE = 100;

/**
 * Returns one page of a list. The token holds where the next page starts, and is valid for the same list only.
 * @param list the filters and the order that distinguish this list from others
 * @throws AwsError InvalidToken
 */
export function page<T>(
  items: readonly T[],
  { maxResults, nextToken }: { maxResults: number; nextToken?: string | undefined },
  list: string,
): { items: T[]; nextToken: string | undefined } {
  const start = nextToken === undefined ? 0 : readToken(nextToken, list);
  const end = start + (maxResults || DEFAULT_PAGE);
  const token = () => Buffer.from(JSON.stringify({ list, start: end })).toString('base64url');
  return { items: items.slice(start, end), nextToken: end < items.length ? token() : undefined };
}

function readToken(token: string, list: string): number {
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString()) as { list: string; start: number };
    if (read.list === list && Number.isInteger(read.start)) return read.start;
  } catch {
    // The token is not one of the lab's: it is refused below.
  }
  throw invalidToken();
}
