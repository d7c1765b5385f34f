import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FakeGithub, TOKEN } from '../../support/github/fake-github.ts';

let github: FakeGithub;
beforeAll(async () => {
  github = await new FakeGithub().start();
  github.open(1, ['hello']).labels.push('bug');
});
afterAll(() => github.stop());

interface Call {
  method?: string;
  path: string;
  body?: string;
  token?: string;
}

async function call({ method = 'GET', path, body, token = TOKEN }: Call) {
  const answer = await fetch(`${github.url}/repos/${github.repository}/${path}`, {
    method,
    headers: { 'user-agent': 'test', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, text: await answer.text() };
}

const COMMENTS = 'issues/1/comments';
const words = (count: number) => JSON.stringify({ body: 'x'.repeat(count) });

describe('the fake refuses what GitHub refuses', () => {
  test.each<[string, Call, number, string]>([
    ['no token', { path: 'pulls/1', token: '' }, 401, 'Requires authentication'],
    ['an unknown token', { path: 'pulls/1', token: 'other' }, 401, 'Bad credentials'],
    ['a method that a path does not have', { method: 'PUT', path: 'pulls/1' }, 404, 'Not Found'],
    ['a method of another path', { method: 'PATCH', path: COMMENTS, body: words(1) }, 404, 'Not Found'],
    ['an unknown pull request', { path: 'pulls/2' }, 404, 'Not Found'],
    ['an unknown comment', { method: 'PATCH', path: 'issues/comments/99', body: words(1) }, 404, 'Not Found'],
    ['an unknown label', { method: 'DELETE', path: 'issues/1/labels/none' }, 404, 'Label does not exist'],
    ['a long body', { method: 'POST', path: COMMENTS, body: words(65_537) }, 422, 'maximum is 65536'],
    ['a blank body', { method: 'POST', path: COMMENTS, body: '{"body":" "}' }, 422, 'cannot be blank'],
    ['no body', { method: 'POST', path: COMMENTS, body: '{}' }, 422, "wasn't supplied"],
    ['what is no JSON', { method: 'POST', path: COMMENTS, body: '{' }, 400, 'Problems parsing JSON'],
  ])('%s', async (_, given, status, text) => {
    expect(await call(given)).toEqual({ status, text: expect.stringContaining(text) });
    expect(github.pulls.get(1)).toMatchObject({ labels: ['bug'], comments: [{ body: 'hello' }] });
  });

  test('a write with a token that may only read', async () => {
    const token = github.issueToken({ contents: 'read', 'pull-requests': 'read' });
    expect(await call({ path: COMMENTS, token })).toMatchObject({ status: 200 });
    const refused = await call({ method: 'POST', path: COMMENTS, body: words(1), token });
    expect(refused).toEqual({ status: 403, text: expect.stringContaining('not accessible by integration') });
  });

  test('a read with a token without the permission', async () => {
    const token = github.issueToken({ contents: 'read' });
    expect(await call({ path: 'pulls/1', token })).toMatchObject({ status: 403 });
  });
});

test('the fake takes the longest body', async () => {
  expect(await call({ method: 'POST', path: COMMENTS, body: words(65_536) })).toMatchObject({ status: 201 });
});
