import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { CheckRow } from '../../cli/event-details.ts';
import type { FreshAccount } from '../../lab/iam/fresh-account.ts';
import { CHECKS, type CheckName } from '../../lambdas/contracts/contracts.ts';
import { disabled } from './breaks/interception.ts';
import { ENVIRONMENT, openBreakable } from './breaks/open.ts';
import type { Platform } from './breaks/platform.ts';
import { BREAKS, type Break } from './breaks/rows.ts';
import { openInbox } from './inbox.ts';
import type { Account } from './support.ts';

/**
 * One environment is broken in every way of the table, one after the other. With `BREAKS_DISABLED=1` the checks that
 * are to notice a break are blind to it: the validation then passes, so only these checks turn a row red.
 */
const disabling = process.env.BREAKS_DISABLED === '1';
/** Every run has this row without its checks: it is a cheap one. */
const ALWAYS_DISABLED = 'API answering 200 with DOWN';

let account: Account;
let platform: Platform;
let fresh: FreshAccount;
let inbox: () => Promise<string[]>;
let undo: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ account, platform, fresh } = await openBreakable());
  inbox = await openInbox(account.lab.context);
});
// A worker that does not consume its queue polls another one, for which it has no permission.
afterAll(() => account?.close(/-worker-task was denied sqs:ReceiveMessage on \S+-order-events-dlq$/));

afterEach(async () => {
  await undo?.();
  undo = undefined;
  await platform.healthy();
});

beforeEach(() => inbox());

test('is provisioned in an account that ECS has never been used in', () => {
  expect(fresh.refusals).toContain('ecs:CreateCluster');
});

describe.skipIf(disabling)('a validation says what is wrong, and finds nothing else wrong', () => {
  test.each(BREAKS)('$name', async (row: Break) => {
    undo = await row.break(platform);
    const { status, error, checks } = await account.run('validate', { environment: ENVIRONMENT });
    expect(told(checks)).toEqual(wanted(row));
    expect({ status, error }).toEqual(
      noticing(row).length > 0
        ? { status: 'FAILED', error: 'ValidationFailed' }
        : { status: 'SUCCEEDED', error: undefined },
    );
    if (row.alert) await arrives(row.alert);
  });
});

describe('a validation without the checks that notice passes', () => {
  const noticed = BREAKS.filter((row) => noticing(row).length > 0);
  test.each(disabling ? noticed : noticed.filter(({ name }) => name === ALWAYS_DISABLED))(
    '$name',
    async (row: Break) => {
      const mend = await row.break(platform);
      const ends = noticing(row).map((check) => platform.faults.interceptor.add(disabled(check)));
      undo = async () => {
        for (const end of ends) end();
        await mend();
      };
      const { status, cause } = await account.run('validate', { environment: ENVIRONMENT });
      expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
    },
  );
});

test('is well again in the end', async () => {
  const { status, cause } = await account.run('validate', { environment: ENVIRONMENT });
  expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
});

async function arrives(alert: RegExp): Promise<void> {
  const messages: string[] = [];
  await expect
    .poll(async () => {
      messages.push(...(await inbox()));
      return messages;
    })
    .toContainEqual(expect.stringMatching(alert));
}

function noticing({ expect: bad }: Break): CheckName[] {
  return Object.keys(bad) as CheckName[];
}

/** Returns each check with its status, and with its reason where it did not pass. */
function told(checks: readonly CheckRow[]) {
  return Object.fromEntries(
    checks.map(({ check, status, observed }) => [check, status === 'passed' ? { status } : { status, observed }]),
  );
}

function wanted({ expect: bad }: Break) {
  return Object.fromEntries(
    CHECKS.map((check) => {
      const one = bad[check];
      return [check, one ? { status: one.status, observed: expect.stringMatching(one.reason) } : { status: 'passed' }];
    }),
  );
}
