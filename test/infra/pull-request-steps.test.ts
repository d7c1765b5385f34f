import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type PullRequestAction, pullRequestEvent, scheduleEvent } from '../support/github/events.ts';
import { FakeGithub } from '../support/github/fake-github.ts';
import { Runner } from '../support/github/runner.ts';

/**
 * The workflows of pull requests run here as GitHub runs them, with the command lines of the action's steps. Lambda,
 * Step Functions and ECR are a server of the test, and `aws`, `docker` and `npm` are stand-ins.
 */

const PROJECT_ROOT = resolve(import.meta.dirname, '../..');
const HEAD = 'c0ffee0c0ffee0c0ffee0c0ffee0c0ffee0c0ffe';
const EXECUTION = 'arn:aws:states:eu-west-1:123456789012:execution';
const folder = mkdtempSync(join(tmpdir(), 'runbook-steps-'));

const STAND_INS = {
  npm: 'echo "npm $*" >> "$CALLS"',
  docker: 'echo "docker $*" >> "$CALLS"; cat > /dev/null',
  aws: 'if [[ -v AWS_FAILS ]]; then exit 254; fi; echo 123456789012',
};

/** The environments have the state that the last execution leaves. */
let environments: Map<number, string>;
let hasImages: boolean;
let asked: string[];

function answer(event: { action: string; number: number }): object {
  if (event.action === 'list') return { numbers: [...environments.keys()] };
  const environment = `pr-${event.number}`;
  if (event.action === 'status') return { environment, hasImages, status: environments.get(event.number) ?? 'NONE' };
  asked.push(`${event.action} ${event.number}`);
  environments.set(event.number, event.action === 'teardown' ? 'GONE' : 'LIVE');
  return { environment, execution: `${EXECUTION}:runbook-${event.action}:${environment}` };
}

/** ECR has every image that is asked for. */
const OF_TARGET: Record<string, (input: { repositoryNames?: string[] }) => object> = {
  DescribeExecution: () => ({ status: 'SUCCEEDED' }),
  GetAuthorizationToken: () => ({ authorizationData: [{ authorizationToken: btoa('AWS:password') }] }),
  DescribeRepositories: ({ repositoryNames = [] }) => ({
    repositories: repositoryNames.map((repositoryName) => {
      asked.push(`repository ${repositoryName}`);
      return { repositoryName, repositoryUri: `123456789012.dkr.ecr.eu-west-1.amazonaws.com/${repositoryName}` };
    }),
  }),
  BatchGetImage: () => ({ images: [{ imageId: { imageDigest: `sha256:${'1'.repeat(64)}` } }] }),
};

const aws = createServer(async (request, response) => {
  const body: unknown = JSON.parse((await buffer(request)).toString());
  const target = String(request.headers['x-amz-target'] ?? '').split('.')[1];
  const said = target ? OF_TARGET[target]?.(body as object) : answer(body as { action: string; number: number });
  response.writeHead(said ? 200 : 500, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(said));
});

beforeAll(async () => {
  await new Promise<void>((listening) => aws.listen(0, '127.0.0.1', listening));
});
afterAll(() => {
  aws.closeAllConnections();
  aws.close();
  rmSync(folder, { recursive: true, force: true });
});

let github: FakeGithub;
beforeEach(async () => {
  github = await new FakeGithub().start();
  [environments, hasImages, asked] = [new Map(), true, []];
});
afterEach(() => github.stop());

const ROLE = 'arn:aws:iam::123456789012:role/pull-requests';
const calls = join(folder, 'calls');

function runner(changes: { vars?: Record<string, string>; env?: Record<string, string> } = {}) {
  writeFileSync(calls, '');
  const variables = {
    ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test', AWS_REGION: 'eu-west-1' },
    AWS_ENDPOINT_URL: `http://127.0.0.1:${(aws.address() as AddressInfo).port}`,
  };
  return new Runner({
    ...{ projectRoot: PROJECT_ROOT, folder, github, standIns: STAND_INS },
    vars: { RUNBOOK_PULL_REQUEST_ROLE_ARN: ROLE, ...changes.vars },
    env: { PATH: process.env.PATH ?? '', CALLS: calls, POLL_SECONDS: '0', ...changes.env },
    actions: {
      'actions/checkout': async () => ({}),
      'aws-actions/configure-aws-credentials': async ({ inputs, subject }) => {
        expect(inputs).toMatchObject({ 'role-to-assume': ROLE, 'aws-region': 'eu-west-1' });
        expect(subject).toBe('repo:team/shop:environment:pull-requests');
        return variables;
      },
    },
  });
}

const event = (action: PullRequestAction, more: { from?: string; label?: string; actor?: string } = {}) =>
  pullRequestEvent(github, action, { number: 123, head: HEAD, ...more });
const commentsOf = (number: number) => github.pulls.get(number)?.comments.map(({ body }) => body) ?? [];

test('opened, pushed to and closed: the command lines of the action say one comment', async () => {
  github.open(123);
  const of = runner();
  const [opened] = await of.trigger(event('opened'));
  expect(opened?.conclusion, opened?.log).toBe('success');
  expect(opened?.steps).toEqual([
    'Install: success',
    'Provision: success',
    'Push images: success',
    'Deploy and validate: success',
    'Tear down, or change the end: skipped',
    'Say how it is: success',
  ]);
  expect(asked).toEqual([
    'provision 123',
    'repository order-platform-pr-123-v3-api',
    'repository order-platform-pr-123-v3-worker',
    'deploy 123',
  ]);
  expect(opened?.summary).toContain('`pr-123`: LIVE');
  expect(readFileSync(join(opened?.workspace ?? '', 'runbook-junit.xml'), 'utf8')).toContain(
    '<testsuite name="runbook"',
  );
  expect(readFileSync(calls, 'utf8')).toMatch(/^npm ci --prefix .*\/\.github\/actions\/runbook\/\.\.\/\.\.\/\.\.$/m);

  await of.trigger(event('synchronize'));
  expect(asked.filter((one) => !one.startsWith('repository')).slice(2)).toEqual(['deploy 123']);
  const [closed] = await of.trigger(event('closed'));
  expect(closed?.steps.filter((step) => step.endsWith('success'))).toEqual([
    'Install: success',
    'Tear down, or change the end: success',
    'Say how it is: success',
  ]);
  expect(asked.at(-1)).toBe('teardown 123');
  expect(commentsOf(123)).toEqual([expect.stringContaining('`pr-123`: GONE')]);
});

test('a stack without images has none to push, and its provision validates its first push', async () => {
  github.open(123);
  hasImages = false;
  const of = runner({ env: { AWS_FAILS: '1' } });
  const [job] = await of.trigger(event('opened'));
  expect(job?.conclusion, job?.log).toBe('success');
  expect(job?.steps).toContain('Push images: skipped');
  expect(asked).toEqual(['provision 123']);

  await of.trigger(event('synchronize'));
  expect(asked.at(-1)).toBe('validate 123');
});

test('a step that fails ends the job, and the comment says why', async () => {
  github.open(123);
  const [job] = await runner({ env: { AWS_FAILS: '1' } }).trigger(event('opened'));
  expect(job?.conclusion).toBe('failure');
  expect(job?.steps.slice(2)).toEqual([
    'Push images: failure',
    'Deploy and validate: skipped',
    'Tear down, or change the end: skipped',
    'Say how it is: success',
  ]);
  expect(commentsOf(123)).toEqual([expect.stringContaining('The images could not be built or pushed.')]);
});

test.each([
  ['labeled', 'runbook:keep', 'protect 123'],
  ['unlabeled', 'runbook:keep', 'protect 123'],
  ['labeled', 'runbook:extend', 'extend 123'],
] as const)('%s with %s starts %s', async (action, label, started) => {
  const pull = github.open(123);
  environments.set(123, 'LIVE');
  if (action === 'labeled') pull.labels.push(label);
  const [job] = await runner().trigger(event(action, { label }));
  expect(job?.conclusion, job?.log).toBe('success');
  expect(asked).toEqual([started]);
  expect(pull.labels).toEqual(label === 'runbook:keep' && action === 'labeled' ? [label] : []);
});

test('every night, what GitHub says is closed is torn down', async () => {
  for (const number of [1, 2]) {
    github.open(number);
    environments.set(number, 'LIVE');
  }
  github.open(2).state = 'closed';
  const [job] = await runner().trigger(scheduleEvent());
  expect(job?.conclusion, job?.log).toBe('success');
  expect(job?.steps).toContain('Say how it is: skipped');
  expect(asked).toEqual(['teardown 2']);
});

describe('no job runs, and nobody is asked, for', () => {
  test.each<[string, () => ReturnType<typeof event>, Record<string, string>?]>([
    ['a pull request of a fork', () => event('opened', { from: 'other/shop' })],
    ['the closing of a fork’s', () => event('closed', { from: 'other/shop' })],
    ['Dependabot', () => event('opened', { actor: 'dependabot[bot]' })],
    ['a label of somebody else', () => event('labeled', { label: 'bug' })],
    ['a repository without the role', () => event('opened'), { RUNBOOK_PULL_REQUEST_ROLE_ARN: '' }],
  ])('%s', async (_, given, vars) => {
    github.open(123);
    const jobs = await runner(vars ? { vars } : {}).trigger(given());
    expect(jobs.map(({ conclusion }) => conclusion)).toEqual(['skipped']);
    expect([...asked, ...github.requests]).toEqual([]);
  });
});
