import { expect, test } from 'vitest';
import { contentsOf, queueTagsOf, queueUrlsOf, versionsOf } from '../../../../lambdas/aws/omitted-lists.ts';
import { eachItem, nextOf, pages } from '../../../../lambdas/aws/pages.ts';
import { describedIn, listOf, mapOf, namedIn, tagsOf, textOf } from '../../../../lambdas/aws/responses.ts';
import { UnexpectedResponseError } from '../../../../lambdas/runtime/unexpected-response.ts';

interface Page {
  items?: unknown;
  token?: unknown;
}

/** Reads all items of a list whose pages have these answers in order, and then the last one again. */
async function read(answers: readonly Page[]): Promise<unknown[]> {
  let call = 0;
  const fetch = async () => answers[Math.min(call++, answers.length - 1)] ?? {};
  const all = eachItem(
    fetch,
    (page) => page.items as string[],
    (page) => page.token as string,
  );
  const found: unknown[] = [];
  for await (const item of all) found.push(item);
  return found;
}

test('a list is read to its last page, however empty a page is', async () => {
  expect(await read([{ items: [], token: '1' }, { items: ['a'], token: '2' }, { items: ['b'] }])).toEqual(['a', 'b']);
  expect(await read([{ items: ['a'], token: '' }])).toEqual(['a']);
  expect(await read([{ items: [] }])).toEqual([]);
});

const NO_LISTS: [string, unknown][] = [
  ['missing', undefined],
  ['null', null],
  ['a text', 'a'],
  ['an object', { 0: 'a', length: 1 }],
  ['a number', 0],
  ['a list of nothing', [null]],
];

test.each(NO_LISTS)('a page whose list is %s is refused, first or later', async (_, items) => {
  await expect(read([{ items }])).rejects.toThrow(UnexpectedResponseError);
  await expect(read([{ items: ['a'], token: '1' }, { items }])).rejects.toThrow(UnexpectedResponseError);
});

test.each([
  ['A, A', ['A', 'A']],
  ['A, B, A, B', ['A', 'B', 'A', 'B']],
  ['A, B, C, B', ['A', 'B', 'C', 'B']],
])('a list whose tokens are %s is refused at the first that comes again', async (_, tokens) => {
  let calls = 0;
  const all = pages(
    async () => ({ items: [], token: tokens[calls++ % tokens.length] }),
    (page) => page.items,
    (page) => page.token,
  );
  const readAll = async () => {
    for await (const _page of all);
  };
  await expect(readAll()).rejects.toThrow('does not end');
  expect(calls).toBe(new Set(tokens).size + 1);
});

test('a token may be a key of several attributes', async () => {
  const keys = [{ id: { S: 'a' } }, { id: { S: 'b' } }, undefined];
  const asked: unknown[] = [];
  const all = pages(
    async (key: object | undefined) => ({ items: [], key: keys[asked.push(key) - 1] }),
    (page) => page.items,
    (page) => page.key,
  );
  for await (const _page of all);
  expect(asked).toEqual([undefined, { id: { S: 'a' } }, { id: { S: 'b' } }]);
});

test('a list goes on exactly when its answer says so and has a token', () => {
  expect(nextOf(true, 'a')).toBe('a');
  expect(nextOf(false, undefined)).toBeUndefined();
  expect(nextOf(false, '')).toBeUndefined();
});

test.each<[unknown, string | undefined]>([
  [true, undefined],
  [true, ''],
  [false, 'a'],
  ...[undefined, null, '', 'false', 0].flatMap((flag): [unknown, string | undefined][] => [
    [flag, undefined],
    [flag, 'a'],
  ]),
])('a list that is cut: %j, with the token %j, was not read', (truncated, token) => {
  expect(() => nextOf(truncated as boolean, token)).toThrow(UnexpectedResponseError);
});

test.each(NO_LISTS)('what was asked for by name is neither there nor absent when its list is %s', (_, list) => {
  expect(() => namedIn(list as string[], () => true, {})).toThrow(UnexpectedResponseError);
  expect(() => describedIn(list as string[], () => true, {})).toThrow(UnexpectedResponseError);
  expect(() => tagsOf(list as [], {})).toThrow(UnexpectedResponseError);
});

test('an answer to another question is refused', () => {
  const isA = (one: string) => one === 'a';
  expect(namedIn(['b', 'a'], isA, {})).toBe('a');
  expect(namedIn([], isA, {})).toBeUndefined();
  expect(() => namedIn(['b'], isA, {})).toThrow(UnexpectedResponseError);
  expect(describedIn(['a'], isA, {})).toBe('a');
  expect(() => describedIn([], isA, {})).toThrow(UnexpectedResponseError);
});

test.each([undefined, null, '', 1, {}, ['a']])('%j is no text', (value) => {
  expect(() => textOf(value as string, 'the name')).toThrow(/the response gives the name as/);
});

test.each([undefined, null, 'a', ['a'], { a: 1 }])('%j is no map of tags', (value) => {
  expect(() => mapOf(value as unknown as Record<string, string>, {})).toThrow(UnexpectedResponseError);
});

test('an error names the members that the answer has, and the request', () => {
  const answer = { $metadata: { requestId: 'r-1' }, message: 'Service Unavailable' };
  expect(() => listOf(undefined, answer)).toThrow('it has message (request r-1)');
  expect(() => listOf(undefined, {})).toThrow('it has no members');
});

test('an empty list that its operation leaves out is distinguished from no answer', () => {
  const answered = { $metadata: { requestId: 'r-1' } };
  expect(queueUrlsOf(answered)).toEqual([]);
  expect(queueTagsOf(answered)).toEqual({});
  expect(contentsOf({ KeyCount: 0 })).toEqual([]);
  expect(versionsOf({ Name: 'b', IsTruncated: false })).toEqual([]);
  for (const nothing of [
    queueUrlsOf({ $metadata: {} }),
    queueTagsOf({ $metadata: {} }),
    contentsOf({}),
    contentsOf({ KeyCount: 1 }),
    versionsOf({}),
  ]) {
    expect(nothing).toBeUndefined();
  }
});
