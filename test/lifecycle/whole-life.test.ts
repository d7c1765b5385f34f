import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CodeBuildClient, ListBuildsCommand } from '@aws-sdk/client-codebuild';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { DescribeDBInstancesCommand, ModifyDBInstanceCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueUrlCommand, PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Machine } from '../../demo/deploy.ts';
import { iamReport, type RoleReport, saveReport, staleReasons } from '../../demo/permission-usage.ts';
import { PATIENCE_MS } from '../../lab/test/support/patience.ts';
import { openInbox } from './inbox.ts';
import { Account, messageOf, outputOf } from './support.ts';

/** The test is one environment, from nothing to nothing. The tests depend on each other, in this order. */

const ENVIRONMENT = 'life';
/** A CI has pushed images of these commits. */
const GOOD = 'a11900d';
const BAD = 'bad0bad';
const API = `order-platform-${ENVIRONMENT}-v3-api`;
const WORKER = `order-platform-${ENVIRONMENT}-v3-worker`;
let account: Account;
let github: string;
let inbox: () => Promise<string[]>;

beforeAll(async () => {
  account = await Account.open({ config: join(import.meta.dirname, 'whole-life.config.ts') });
  github = await githubRole(new CloudFormationClient(account.lab.context.client));
  inbox = await openInbox(account.lab.context);
});
afterAll(() => account?.close());

test.each([
  ['a bad name', { environment: 'Life' }, 'InputError', 'environment'],
  ['an unknown key', { environment: 'life', ttl: 3 }, 'InputError', '"ttl"'],
  ['a life that is too long', { environment: 'life', ttlHours: 100 }, 'InputError', 'ttlHours'],
])('refuses %s before anything exists', async (_, input, error, word) => {
  const end = await account.run('provision', input);
  expect(end).toMatchObject({ status: 'FAILED', error });
  expect(messageOf(end)).toContain(word);
  const builds = await new CodeBuildClient(account.lab.context.client).send(new ListBuildsCommand({}));
  expect(builds.ids).toEqual([]);
});

test('refuses to validate what was never provisioned', async () => {
  const end = await account.run('validate', { environment: 'nobody' });
  expect(end).toMatchObject({ status: 'FAILED', error: 'InputError' });
  expect(messageOf(end)).toContain('nobody');
});

test('provisions what a person approves, and refuses a second provision meanwhile', async () => {
  const first = await account.start('provision', { environment: ENVIRONMENT, ttlHours: 1, approval: 'plan' });
  for await (const event of account.events(first)) if (event.state?.name === 'Bootstrap backend') break;
  const second = await account.run('provision', { environment: ENVIRONMENT });
  expect(second).toMatchObject({ status: 'FAILED', error: 'EnvironmentLockedError' });
  expect(messageOf(second)).toContain(first);

  const asked = await account.answer(ENVIRONMENT, { approved: true });
  expect(asked).toMatch(/would add 8\d, change 0 and destroy 0 resources\.\n\nNo dangerous changes were found\./);
  expect(asked).toMatch(/aws_iam_role_policy\.execution has a policy that is known only when it is applied/);
  expect(asked).toMatch(/estimated cost after it is \$0\.0\d\d an hour \(now \$0\.000 an hour\)/);

  const end = await account.end(first);
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  expect(end.checks.map(({ check, status }) => [check, status])).toEqual(
    [...end.checks].map(({ check }) => [check, 'passed']),
  );
  expect(end.checks).toHaveLength(7);
});

test('has the boundary of the stack on each of its roles', async () => {
  const iam = new IAMClient(account.lab.context.client);
  for (const role of ['execution', 'api-task', 'worker-task']) {
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: `order-platform-${ENVIRONMENT}-v3-${role}` }));
    expect(Role?.PermissionsBoundary?.PermissionsBoundaryArn, role).toBe(
      'arn:aws:iam::123456789012:policy/runbook-boundary',
    );
  }
});

test('keeps no password in its state', async () => {
  const { client } = account.lab.context;
  const { stateBucket: Bucket } = await account.record(ENVIRONMENT);
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'stack/terraform.tfstate' }));
  const state = (await Body?.transformToString()) ?? '';
  expect(state).toContain('"aws_secretsmanager_secret_version"');
  const secrets = new SecretsManagerClient(client);
  for (const SecretId of [API, WORKER].map((name) => `${name}-db`)) {
    const { SecretString = '' } = await secrets.send(new GetSecretValueCommand({ SecretId }));
    const { password } = JSON.parse(SecretString) as { password: string };
    expect(password).toMatch(/^[0-9a-f]{64}$/);
    expect(state.includes(password), SecretId).toBe(false);
  }
});

test('plans no change when it is provisioned again', async () => {
  const end = await account.run('provision', { environment: ENVIRONMENT });
  expect(end.status, `${end.error}: ${end.cause}`).toBe('SUCCEEDED');
  expect(outputOf(end).plan).toMatchObject({ add: 0, destroy: 0 });
});

test('is as it was when a person refuses the plan of a further provision', async () => {
  const { expiresAt, bundleKey, commit, run } = await account.record(ENVIRONMENT);
  const provision = await account.start('provision', { environment: ENVIRONMENT, ttlHours: 3, approval: 'plan' });
  expect(await account.answer(ENVIRONMENT, { approved: false, reason: 'not today' })).toContain('would add 0, ');
  const end = await account.end(provision);
  expect(end).toMatchObject({ status: 'FAILED', error: 'PlanRefused', cause: expect.stringContaining('not today') });
  await expect
    .poll(async () => (await account.record(ENVIRONMENT)).lastFailure?.error, { timeout: PATIENCE_MS })
    .toBe('PlanRefused');
  expect(await account.record(ENVIRONMENT)).toMatchObject({ status: 'LIVE', expiresAt, bundleKey, commit, run });
});

test('fails a validation for the reason that there is, and for no other', async () => {
  const sqs = new SQSClient(account.lab.context.client);
  const { QueueUrl } = await sqs.send(
    new GetQueueUrlCommand({ QueueName: `order-platform-${ENVIRONMENT}-v3-order-events-dlq` }),
  );
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{"orderId":"nobody\'s"}' }));

  const broken = await account.run('validate', { environment: ENVIRONMENT });
  expect(broken).toMatchObject({ status: 'FAILED', error: 'ValidationFailed' });
  expect(broken.checks.filter(({ status }) => status !== 'passed').map(({ check }) => check)).toEqual(['sqs-backlog']);
  expect(broken.cause).toContain('dead-letter');

  await sqs.send(new PurgeQueueCommand({ QueueUrl }));
  // RDS does the same every seven days: no service has the password of the master user.
  const rds = new RDSClient(account.lab.context.client);
  const DBInstanceIdentifier = `order-platform-${ENVIRONMENT}-v3-db`;
  const rotate = { DBInstanceIdentifier, RotateMasterUserPassword: true, ApplyImmediately: true };
  await rds.send(new ModifyDBInstanceCommand(rotate));
  const rotated = async () => (await rds.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier }))).DBInstances;
  await expect.poll(rotated, { timeout: PATIENCE_MS }).toMatchObject([{ DBInstanceStatus: 'available' }]);
  const mended = await account.run('validate', { environment: ENVIRONMENT });
  expect(mended.status).toBe('SUCCEEDED');
});

test('deploys another commit, as a push to the main branch would, and validates it', async () => {
  const good = (service: string) =>
    `${readFileSync(`services/${service}/Dockerfile`, 'utf8')}\nLABEL revision=${GOOD}\n`;
  // The image migrates, as each does, and then crashes.
  const crashes = `${good('worker')}CMD ["node", "-e", "process.exit(7)"]\n`;
  await Promise.all([
    account.registry.publish(github, API, good('api'), [GOOD, BAD]),
    account.registry
      .publish(github, WORKER, good('worker'), [GOOD])
      .then(() => account.registry.publish(github, WORKER, crashes, [BAD])),
  ]);
  const before = await account.record(ENVIRONMENT);
  const { said, execution } = await account.pushed(github, { ENVIRONMENT, COMMIT: GOOD, ATTEMPT: '1' });
  const end = await account.end(execution);
  expect(end, said).toMatchObject({ status: 'SUCCEEDED' });
  expect(said).toMatch(
    /Await rollout.*Move stable tags.*Validate environment.*SUCCEEDED.*\[report\]\(https:.*report\.html\)/s,
  );
  expect(end.checks.map(({ status }) => status)).toEqual(Array(7).fill('passed'));
  const { run, expiresAt, bundleKey, fencing } = before;
  const kept = { status: 'LIVE', run, expiresAt, bundleKey, fencing: fencing + 1, commit: GOOD };
  expect(await account.record(ENVIRONMENT)).toMatchObject(kept);
  expect(await stableDigests()).toEqual(await digests(GOOD));
});

test('refuses to deploy a commit that nobody has built, before anything happens', async () => {
  const end = await account.run('deploy', { environment: ENVIRONMENT, commit: 'abcdef1' });
  expect(end).toMatchObject({ status: 'FAILED', error: 'InputError' });
  expect(messageOf(end)).toMatch(/^commit abcdef1 has no image: .*push an image tagged abcdef1/);
  expect((await account.record(ENVIRONMENT)).commit).toBe(GOOD);
});

test('puts back what ran before when one of two images is bad, and says which, why and what is live', async () => {
  const end = await account.run('deploy', { environment: ENVIRONMENT, commit: BAD });
  expect(end).toMatchObject({ status: 'FAILED', error: 'DeploymentRefused' });
  expect(end.cause).toMatch(
    new RegExp(
      `^commit ${BAD} was refused: order-platform-${ENVIRONMENT}-v3-worker-svc: .*worker: exit 7.*rolled back to .*Commit ${GOOD} is live again`,
    ),
  );
  // An event reports the end, so the record has it a little later.
  await expect
    .poll(async () => (await account.record(ENVIRONMENT)).lastFailure?.machine, { timeout: PATIENCE_MS })
    .toBe('deploy');
  expect(await account.record(ENVIRONMENT)).toMatchObject({
    status: 'LIVE',
    commit: GOOD,
    lastFailure: { error: 'DeploymentRefused', cause: end.cause?.slice(0, 1_000) },
  });
  expect(await stableDigests()).toEqual(await digests(GOOD));

  const validation = await account.run('validate', { environment: ENVIRONMENT });
  expect(validation).toMatchObject({ status: 'SUCCEEDED' });
});

test('is kept for longer, protected, and free again; at night nothing is past its time', async () => {
  const before = await account.record(ENVIRONMENT);
  const reason = 'a test';
  const inputs: [Machine, object][] = [
    ['extend', { environment: ENVIRONMENT, hours: 1, reason }],
    ['protect', { environment: ENVIRONMENT, until: new Date(Date.now() + 86_400_000).toISOString(), reason }],
    ['protect', { environment: ENVIRONMENT, until: null, reason }],
    ['expire', {}],
  ];
  for (const [machine, input] of inputs) {
    const end = await account.run(machine, { ...input });
    expect(end, `${machine}: ${end.cause}`).toMatchObject({ status: 'SUCCEEDED' });
  }
  const { expiresAt } = await account.record(ENVIRONMENT);
  expect(Date.parse(expiresAt) - Date.parse(before.expiresAt)).toBe(3_600_000);
});

test('shows what a teardown would destroy, and destroys nothing', async () => {
  const end = await account.run('teardown', { environment: ENVIRONMENT, mode: 'plan' });
  expect(end.status).toBe('SUCCEEDED');
  const validation = await account.run('validate', { environment: ENVIRONMENT, checks: ['ecs-services', 'backend'] });
  expect(validation.status).toBe('SUCCEEDED');
});

test('tears down, and proves that nothing is left', async () => {
  const end = await account.run('teardown', { environment: ENVIRONMENT });
  expect(end.status).toBe('SUCCEEDED');
  expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
  expect((await account.record(ENVIRONMENT)).status).toBe('GONE');
});

test('has notified people of each thing once', async () => {
  const lines: string[] = [];
  await vi.waitFor(async () => {
    lines.push(...(await inbox()).map((text) => text.split('\n')[0] ?? ''));
    expect(lines).toContain('life: torn down: CLEAN.');
  }, PATIENCE_MS);
  const times = (line: string) => lines.filter((one) => one === line).length;
  expect({
    up: times('life: up and validated.'),
    refused: times('life: the plan was refused.'),
    invalid: times('life: validate failed: sqs-backlog.'),
    validated: times('life: passed its validation.'),
    partly: lines.filter((line) => line.startsWith('life: passed its validation of some checks only (')).length,
    deployed: times(`life: runs commit ${GOOD}, validated.`),
    undeployed: times('life: deploy failed.'),
    teardowns: times('life: teardown has started.'),
    gone: times('life: torn down: CLEAN.'),
    sweeps: lines.filter((line) => line.includes('sweep')).length,
  }).toEqual({
    ...{ up: 2, refused: 1, invalid: 1, validated: 2, partly: 1, deployed: 1, undeployed: 2 },
    ...{ teardowns: 1, gone: 1, sweeps: 0 },
  });
});

test('finds nothing that its roles have created, by their own calls', async () => {
  const { run } = await account.record(ENVIRONMENT);
  const end = await account.run('sweep', { environment: ENVIRONMENT, run, provenance: true });
  expect(end, end.cause).toMatchObject({ status: 'SUCCEEDED' });
  expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
});

test('asked AWS for nothing that its roles may not, and has a reason for whatever it did not ask for', async () => {
  const report = await iamReport(account.lab.context);
  console.log(await saveReport(report, '.lab/iam.json'));
  const named = (of: (role: RoleReport) => string[]) =>
    report.flatMap((role) => of(role).map((one) => `${role.role}: ${one}`));
  expect(named(({ denied }) => denied)).toEqual([]);
  expect(named(({ unjudged }) => unjudged)).toEqual([]);
  expect(named(({ unused }) => Object.keys(unused).filter((action) => !unused[action]))).toEqual([]);
  expect(staleReasons(report)).toEqual([]);
  expect(report.length).toBeGreaterThan(35);
});

/** Returns the role from the outputs of the stack, where a person reads it to give it to the repository. */
async function githubRole(cloudformation: CloudFormationClient): Promise<string> {
  const { Stacks = [] } = await cloudformation.send(new DescribeStacksCommand({ StackName: 'Runbook' }));
  return Stacks[0]?.Outputs?.find(({ OutputKey }) => OutputKey === 'GithubRoleArn')?.OutputValue ?? '';
}

const digests = (commit: string) =>
  Promise.all([API, WORKER].map((repository) => account.registry.digest(repository, commit)));
const stableDigests = () =>
  Promise.all([account.registry.digest(API, 'api-main'), account.registry.digest(WORKER, 'worker-main')]);
