import { expect, test } from 'vitest';
import { reportOf, staleReasons } from '../../demo/permission-usage.ts';
import { UNUSED } from '../../demo/unused-permissions.ts';
import { actionsOf, runbook } from './support/runbook.ts';
import { policiesOf } from './support/template-policies.ts';

test('each permission of a function or a build that has a reason for being unused is granted', () => {
  const roles = policiesOf(runbook().template).flatMap(({ name, kind, statements }) =>
    kind === 'identity' && /^(Functions|Builds)/.test(name)
      ? [{ role: `arn:aws:iam::123456789012:role/Runbook-${name}-x`, granted: actionsOf(statements) }]
      : [],
  );
  const nothingUsed = { used: [], denied: [], unjudged: [] };
  const reasons = UNUSED.map((one) => ({
    ...one,
    roles: [one.roles].flat().filter((role) => /^(Functions|Builds)-/.test(role)),
  }));
  expect(roles.length).toBeGreaterThan(25);
  expect(reasons.flatMap((one) => one.roles).length).toBeGreaterThan(20);
  const report = reportOf(
    roles.map((one) => ({ ...one, ...nothingUsed })),
    reasons,
  );
  expect(staleReasons(report, reasons)).toEqual([]);
});
