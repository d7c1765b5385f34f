import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicesWithIam } from '../../lab/services.ts';
import { CrashPoints, killBuild, terraform } from './crash/crash-points.ts';
import { Account, outputOf } from './support.ts';

/**
 * Each environment's provision ends at another point, and none of them leaves anything behind. They run side by side,
 * since they wait for Terraform's provider most of the time.
 */

let account: Account;
const points = new CrashPoints();

beforeAll(async () => {
  account = await Account.open({ services: [...servicesWithIam, () => points] });
});
afterAll(() => account?.close());

const prefixOf = (environment: string) => `order-platform-${environment}-v3`;
const bucketOf = (environment: string) => `${prefixOf(environment)}-tfstate-123456789012`;

/** Runs a machine; its build dies as soon as AWS has done what the call asks for, for the `time`th time. */
async function killedAt(
  machine: 'provision' | 'teardown',
  environment: string,
  call: string,
  inBody = '',
  time = 1,
): Promise<void> {
  const asks = terraform(call, prefixOf(environment));
  let calls = 0;
  const matches: typeof asks = (request) => {
    if (!asks(request) || !request.body.includes(inBody)) return false;
    calls += 1;
    return calls === time;
  };
  const killed = points.at(matches, () => killBuild(account.lab.endpoint, environment));
  const end = account.run(machine, { environment });
  await Promise.race([killed, end.then(({ cause }) => Promise.reject(new Error(`ended before ${call}: ${cause}`)))]);
  expect(await end).toMatchObject({ status: 'FAILED', error: 'States.TaskFailed' });
}

async function tornDown(environment: string): Promise<Record<string, unknown>> {
  const end = await account.run('teardown', { environment });
  const { status, error, cause } = end;
  expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
  expect(end.sweep).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
  return outputOf(end);
}

/** Returns the types of the unmanaged resources that were removed in a run. */
async function removedIn(environment: string, run: string): Promise<string[]> {
  const { Body } = await new S3Client({ ...account.lab.context.client, forcePathStyle: true }).send(
    new GetObjectCommand({
      Bucket: account.deployment.controlBucket,
      Key: `environments/${environment}/runs/${run}/unmanaged.json`,
    }),
  );
  const report = JSON.parse((await Body?.transformToString()) ?? '{}') as { removed: { type: string }[] };
  return report.removed.map(({ type }) => type);
}

describe.concurrent('an environment whose', () => {
  test('provision is stopped in the middle of its apply', async () => {
    const provision = await account.start('provision', { environment: 'cut' });
    await account.stopAfter(provision, 'Plan and apply', 30_000);
    expect(await account.status(provision)).toBe('ABORTED');
    await tornDown('cut');
  });

  test('build is killed in its bootstrap', async () => {
    await killedAt('provision', 'boot', `PUT /${bucketOf('boot')}`);
    expect(await tornDown('boot')).toMatchObject({ status: 'GONE', destroyed: 0 });
  });

  test('build is killed in its plan, which holds both locks by then', async () => {
    // The repositories have a plan of their own. It existed before the stack's, and nothing else did.
    await killedAt('provision', 'plan', 'PutItem', 'OperationTypePlan', 2);
    expect(await tornDown('plan')).toMatchObject({ status: 'GONE', unmanaged: 0, destroyed: 2 });
  });

  test('build cannot write the state of what it has made', async () => {
    const refused = { status: 403, headers: { 'content-type': 'application/xml' }, body: DENIED };
    const path = `PUT /${bucketOf('mute')}/stack/terraform.tfstate`;
    const admit = points.refuse(terraform(path, prefixOf('mute')), refused);
    expect(await account.run('provision', { environment: 'mute' })).toMatchObject({ status: 'FAILED' });
    admit();
    expect(await tornDown('mute')).toMatchObject({ status: 'GONE', unmanaged: 0 });
  });

  test('build is killed in the middle of its apply, and then in the middle of its destroy', async () => {
    await killedAt('provision', 'half', 'CreateDBInstance');
    // The state is written, its checksum in the lock table is not.
    await killedAt('teardown', 'half', `PUT /${bucketOf('half')}/stack/terraform.tfstate`);
    const { run } = await tornDown('half');
    // Which other resources were unmanaged depends on when Terraform last wrote its state; the state never had this
    // one.
    expect(await removedIn('half', String(run))).toContain('db-instance');
  });
});

const DENIED = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>on purpose</Message></Error>';
