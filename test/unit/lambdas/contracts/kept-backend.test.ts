import { expect, test } from 'vitest';
import { keptNames } from '../../../../lambdas/contracts/kept-backend.ts';
import { environmentNames } from '../../../../lambdas/contracts/naming.ts';

const PATTERN = 'shop-{environment}-v3';

test.each([
  [undefined, 'shop-dev-v3-tfstate-123456789012', 'shop-dev-v3-tflock'],
  [{ bucket: 'acme.{environment}.state' }, 'acme.dev.state', 'shop-dev-v3-tflock'],
  [{ bucket: 'acme-{account}-{environment}', table: 'Locks_{environment}' }, 'acme-123456789012-dev', 'Locks_dev'],
])('the backend %j of an environment', (kept, stateBucket, lockTable) => {
  expect(environmentNames(PATTERN, 'dev', '123456789012', kept)).toEqual({
    ...environmentNames(PATTERN, 'dev', '123456789012'),
    ...{ stateBucket, lockTable },
  });
});

test.each<[object, string]>([
  // One bucket for several environments would be kept from none of them.
  [{ bucket: 'acme-state' }, 'must contain "{environment}" once'],
  [{ bucket: 'acme-{environment}-{environment}' }, 'must contain "{environment}" once'],
  [{ bucket: 'acme-{environment}-{region}' }, 'may have no other placeholder'],
  [{ bucket: 'acme-{environment}-$' }, 'must have the characters of such a name'],
  [{ bucket: 'acme-{environment}-*' }, 'must have the characters of such a name'],
  [{ bucket: 'Acme-{environment}' }, 'must have the characters of such a name'],
  [{ bucket: 'acme..{environment}' }, 'must have the characters of such a name'],
  [{ bucket: 'acme-{environment}-' }, 'must have the characters of such a name'],
  // The pattern for IAM would be "*", or nearly.
  [{ bucket: '{environment}' }, 'must begin with a letter and two more'],
  [{ bucket: 'a-{environment}' }, 'must begin with a letter and two more'],
  [{ bucket: 'runbook-{environment}' }, 'must not start with "runbook"'],
  [{ bucket: `acme-{environment}-{account}-${'x'.repeat(30)}` }, 'must have at most 63 characters'],
  [{ bucket: 'acme-{environment}', table: 'locks' }, 'must contain "{environment}" once'],
  [{ bucket: 'acme-{environment}', table: 'locks/{environment}' }, 'must have the characters of such a name'],
  [{ table: 'acme-{environment}' }, 'expected string'],
])('%j is refused', (kept, message) => {
  const { success, error } = keptNames.safeParse(kept);
  expect(success).toBe(false);
  expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
});
