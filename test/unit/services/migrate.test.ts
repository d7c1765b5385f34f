import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GRANTS } from '../../../services/migrate/grants.ts';
import { scramVerifier } from '../../../services/migrate/verifier.ts';

/** RFC 7677, section 3, shows the exchange of user "user" with password "pencil". */
test('a verifier is the one of the standard', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  expect(scramVerifier('pencil', salt)).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  );
});

test('two verifiers of one password differ, and neither holds it', () => {
  const [one, other] = [scramVerifier('password'), scramVerifier('password')];
  expect(one).not.toBe(other);
  expect(one).not.toContain('password');
});

describe('what a service may do to the tables', () => {
  const rights = (service: keyof typeof GRANTS) => GRANTS[service].join('; ');
  test.each(Object.keys(GRANTS) as Array<keyof typeof GRANTS>)('%s: reads and writes rows, and no more', (role) => {
    for (const one of GRANTS[role])
      expect(one).toMatch(/^(SELECT|INSERT|UPDATE)\b[^;]* ON (orders|dead_letter_orders)$/);
    expect(rights(role)).not.toMatch(/ALL|GRANT|DELETE|TRUNCATE|REFERENCES|TRIGGER/);
  });

  test.each([
    ['api', 'order_api'],
    ['worker', 'order_worker'],
  ] as const)('the columns that the statements of the %s write are those that it may write', (service, role) => {
    const sql = readFileSync(new URL(`../../../services/${service}/order-store.ts`, import.meta.url), 'utf8');
    const written = [...sql.matchAll(/UPDATE orders SET ([\s\S]*?)\s+WHERE/g)].flatMap(([, list = '']) =>
      [...list.matchAll(/(\w+) = /g)].map(([, column]) => column),
    );
    const granted = /UPDATE \(([^)]*)\)/.exec(rights(role))?.[1]?.split(', ');
    expect([...new Set(written)].sort()).toEqual([...(granted ?? [])].sort());
  });
});
