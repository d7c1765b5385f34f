import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { awsEnvironment } from '../../lab/credentials.ts';
import { type PullRequestAction, pullRequestEvent, scheduleEvent } from '../support/github/events.ts';
import { FakeGithub } from '../support/github/fake-github.ts';
import { type ActionCall, type JobResult, Runner } from '../support/github/runner.ts';
import { Account } from './support.ts';

/**
 * Two pull requests live and end. The workflows run as on GitHub, with the role of pull requests, which may do only what
 * its policies allow. GitHub's API is a fake. The tests depend on each other.
 */

const ISSUER = 'token.actions.githubusercontent.com';
const heads = { first: 'c0ffee0'.padEnd(40, '0'), second: 'decade0'.padEnd(40, '0') };
let account: Account;
let github: FakeGithub;
let runner: Runner;
let folder: string;

beforeAll(async () => {
  account = await Account.open({ config: 'test/lifecycle/pull-request/config.ts', settleSeconds: 5 });
  folder = mkdtempSync(join(tmpdir(), 'runbook-pull-request-'));
  github = await new FakeGithub().start();
  const role = await roleOfPullRequests();
  const { projectRoot, region } = account.lab.context;
  runner = new Runner({
    ...{ projectRoot, folder, github },
    vars: { RUNBOOK_PULL_REQUEST_ROLE_ARN: role, RUNBOOK_REGION: region },
    env: { PATH: process.env.PATH ?? '', HOME: folder, POLL_SECONDS: '1' },
    actions: {
      'actions/checkout': async () => ({}),
      'aws-actions/configure-aws-credentials': assumeRole,
    },
    // The packages of this checkout are installed.
    standIns: { npm: 'exit 0' },
  });
});
afterAll(async () => {
  await github?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
  await account?.close();
});

async function roleOfPullRequests(): Promise<string> {
  const cloudformation = new CloudFormationClient(account.lab.context.client);
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'Runbook' }));
  cloudformation.destroy();
  const outputs = Stacks[0]?.Outputs ?? [];
  return outputs.find(({ OutputKey }) => OutputKey === 'GithubPullRequestRoleArn')?.OutputValue ?? '';
}

/** Returns credentials only where the role trusts the job, as AWS STS does. */
async function assumeRole({ inputs, subject }: ActionCall): Promise<Record<string, string>> {
  const { client, credentials, endpoint } = account.lab.context;
  const { 'role-to-assume': role = '', 'role-session-name': session = '', 'aws-region': region = '' } = inputs;
  const iam = new IAMClient(client);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: role.split('/').at(-1) }));
  iam.destroy();
  const { Statement } = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')) as {
    Statement: [{ Action: string; Condition: object }];
  };
  const trusted = { [`${ISSUER}:aud`]: 'sts.amazonaws.com', [`${ISSUER}:sub`]: subject };
  expect(Statement).toMatchObject([{ Action: 'sts:AssumeRoleWithWebIdentity', Condition: { StringEquals: trusted } }]);
  expect(session).toMatch(/^[\w+=,.@-]{2,64}$/);
  return awsEnvironment(endpoint, region, credentials.issue(role, session));
}

async function happens(action: PullRequestAction, number: number, head = heads.first): Promise<JobResult> {
  const [job, ...others] = await runner.trigger(pullRequestEvent(github, action, { number, head }));
  expect(others).toEqual([]);
  if (!job) throw new Error(`no job runs when a pull request is ${action}`);
  return job;
}

const commentsOf = (number: number) => github.pulls.get(number)?.comments.map(({ body }) => body) ?? [];

test('two pull requests are opened: each gets an environment, and one comment with the checks and the cost', async () => {
  github.open(123, ['Please review']);
  github.open(124);
  const jobs = await Promise.all([happens('opened', 123), happens('opened', 124)]);
  for (const { conclusion, steps, log } of jobs) {
    expect(conclusion, log).toBe('success');
    expect(steps.filter((step) => step.endsWith('skipped'))).toEqual([
      'Push images: skipped',
      'Tear down, or change the end: skipped',
    ]);
  }
  for (const number of [123, 124]) {
    const record = await account.record(`pr-${number}`);
    expect(record).toMatchObject({ status: 'LIVE', lastValidation: { verdict: 'PASSED' } });
    const comment = commentsOf(number).at(-1);
    expect(comment).toMatch(/^<!-- runbook -->\n### ✅ `pr-\d+`: LIVE$/m);
    expect(comment).toMatch(/^- Scheduled teardown: \d{4}-\d\d-\d\d \d\d:\d\d UTC$/m);
    expect(comment).toMatch(/^- Cost, estimated: \$\d+\.\d{3} an hour, \$\d+\.\d\d so far$/m);
    for (const check of ['backend', 'document-intake', 'sqs-backlog']) expect(comment).toContain(`| ✅ | ${check} |`);
  }
  expect(commentsOf(123)).toHaveLength(2);
  expect(commentsOf(124)).toHaveLength(1);
  const [{ workspace, summary } = { workspace: '', summary: '' }] = jobs;
  expect(summary).toContain('`pr-123`: LIVE');
  expect(readFileSync(join(workspace, 'runbook-junit.xml'), 'utf8')).toContain('tests="3" failures="0" errors="0"');
});

test('a push validates again, and changes the comment in place', async () => {
  const [, before] = commentsOf(123);
  const { at } = (await account.record('pr-123')).lastValidation ?? {};
  const pushed = await happens('synchronize', 123, heads.second);
  expect(pushed.conclusion, pushed.log).toBe('success');
  expect(pushed.log).toContain('pr-123 is live');
  const { lastValidation } = await account.record('pr-123');
  expect(lastValidation?.at).not.toBe(at);
  const comments = commentsOf(123);
  expect(comments).toEqual(['Please review', expect.stringContaining('`pr-123`: LIVE')]);
  expect(comments[1]).not.toBe(before);
});

let forgotten: string;

test('a pull request whose closing GitHub does not tell is found in the night, and no open one is', async () => {
  const pull = github.pulls.get(124);
  if (pull) pull.state = 'closed';
  const [job] = await runner.trigger(scheduleEvent());
  expect(job?.conclusion, job?.log).toBe('success');
  const ended = [...(job?.log.matchAll(/^pull request (\d+) is closed: (\S+)$/gm) ?? [])];
  expect(ended.map(([, number]) => number)).toEqual(['124']);
  forgotten = ended[0]?.[2] ?? '';
});

test('the other is closed: both are torn down, the comment says so, and nothing is left', async () => {
  const pull = github.pulls.get(123);
  if (pull) pull.state = 'closed';
  const [closed, end] = await Promise.all([happens('closed', 123, heads.second), account.end(forgotten)]);
  expect(closed.conclusion, closed.log).toBe('success');
  expect(end, end.cause).toMatchObject({ status: 'SUCCEEDED', sweep: { verdict: 'CLEAN' } });
  for (const name of ['pr-123', 'pr-124'])
    expect(await account.record(name)).toMatchObject({ status: 'GONE', lastSweep: { verdict: 'CLEAN' } });
  expect(commentsOf(123)).toEqual(['Please review', expect.stringContaining('⚪ `pr-123`: GONE')]);
  expect(await left()).toEqual([]);
});

async function left(): Promise<string[]> {
  const { client } = account.lab.context;
  const [s3, sqs, dynamodb] = [
    new S3Client({ ...client, forcePathStyle: true }),
    new SQSClient(client),
    new DynamoDBClient(client),
  ];
  try {
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
    const { TableNames = [] } = await dynamodb.send(new ListTablesCommand({}));
    const all = [...Buckets.map(({ Name = '' }) => Name), ...QueueUrls, ...TableNames];
    return all.filter((name) => name.includes('document-intake-pr-'));
  } finally {
    for (const one of [s3, sqs, dynamodb]) one.destroy();
  }
}
