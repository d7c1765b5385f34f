import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { servicesWithIam } from '../../lab/services.ts';
import { CrashPoints } from './crash/crash-points.ts';
import { Cut } from './crash/cut.ts';
import { Account } from './support.ts';

/**
 * Each environment of the order platform ends at another point, and none of them leaves anything behind. They run side
 * by side, since they wait for Terraform's provider most of the time. Ends that need no database are in
 * short-links.test.ts.
 */

let account: Account;
let cut: Cut;

beforeAll(async () => {
  const points = new CrashPoints();
  account = await Account.open({ services: [...servicesWithIam, () => points] });
  cut = new Cut(account, points, (environment) => `order-platform-${environment}-v3`);
});
afterAll(() => account?.close());

describe.concurrent('an environment whose', () => {
  test('build is killed in its plan, which holds both locks by then', async () => {
    // The repositories have a plan of their own. It existed before the stack's, and nothing else did.
    await cut.killedAt('provision', 'plan', 'PutItem', 'OperationTypePlan', 2);
    expect(await cut.tornDown('plan')).toMatchObject({ status: 'GONE', unmanaged: 0, destroyed: 2 });
  });

  test('build is killed in the middle of its apply, and then in the middle of its destroy', async () => {
    await cut.killedAt('provision', 'half', 'CreateDBInstance');
    // The state is written, its checksum in the lock table is not.
    await cut.killedAt('teardown', 'half', `PUT ${cut.stateOf('half', 'stack/terraform.tfstate')}`);
    const { run } = await cut.tornDown('half');
    // Which other resources were unmanaged depends on when Terraform last wrote its state; the state never had this
    // one.
    expect(await cut.removedIn('half', String(run))).toContain('db-instance');
  });
});
