import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { CheckRow } from '../../cli/event-details.ts';
import { CHECKS, type CheckName } from '../../lambdas/contracts/contracts.ts';
import { disabled } from './breaks/interception.ts';
import { ENVIRONMENT, openBreakable } from './breaks/open.ts';
import type { Platform } from './breaks/platform.ts';
import { BREAKS, type Break } from './breaks/rows.ts';
import type { Account } from './support.ts';

/**
 * One environment, broken in every way of the table, one after the other. With `BREAKS_DISABLED=1` the checks that are
 * to notice a break are blind to it: nobody else notices, so it is these checks that turn a row red.
 */
const disabling = process.env.BREAKS_DISABLED === '1';

let account: Account;
let platform: Platform;
let undo: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ account, platform } = await openBreakable());
});
// A worker that is not consuming its queue listens to another, which it may not.
afterAll(() => account?.close(/-worker-task was denied sqs:ReceiveMessage on \S+-order-events-dlq$/));

afterEach(async () => {
  await undo?.();
  undo = undefined;
  await platform.healthy();
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
  });
});

describe.runIf(disabling)('a validation without the checks that notice passes', () => {
  test.each(BREAKS.filter((row) => noticing(row).length > 0))('$name', async (row: Break) => {
    const mend = await row.break(platform);
    const ends = noticing(row).map((check) => platform.faults.interceptor.add(disabled(check)));
    undo = async () => {
      for (const end of ends) end();
      await mend();
    };
    const { status, cause } = await account.run('validate', { environment: ENVIRONMENT });
    expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
  });
});

test('is well again in the end', async () => {
  const { status, cause } = await account.run('validate', { environment: ENVIRONMENT });
  expect({ status, cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
});

function noticing({ expect: bad }: Break): CheckName[] {
  return Object.keys(bad) as CheckName[];
}

/** Each check with its status, and with its reason where it did not pass. */
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
