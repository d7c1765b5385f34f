import { NoSuchKey } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { describeDiff, planDiff } from '../../../cli/plan-diff.ts';
import { planFile } from '../../../lambdas/contracts/plan.ts';
import { aRecord, RUN } from '../lambdas/support/fixtures.ts';
import { anAccount, runCli } from './support/cli.ts';

const change = (
  address: string,
  actions: string[],
  before: object | null,
  after: object | null,
  unknown: object = {},
) => ({
  ...{ address, type: address.split('.')[0] },
  change: { actions, before, after, after_unknown: unknown },
});
const tags = (at: string) => ({ tags: { 'expires-at': at, project: 'p' } });
const alarms = Array.from({ length: 7 }, (_, index) =>
  change(
    `aws_alarm.a${index}`,
    ['update'],
    { name: `n${index}`, ...tags('18:00') },
    { name: `n${index}`, ...tags('22:00') },
  ),
);
const plan = {
  resource_changes: [
    change('aws_vpc.main', ['no-op'], { id: 'v' }, { id: 'v' }),
    change('aws_sqs_queue.new', ['create'], null, { name: 'q' }),
    ...alarms,
    change('aws_db_instance.main', ['delete', 'create'], { engine: '15', id: 'db' }, { engine: '16' }, { id: true }),
    change('aws_iam_role.old', ['delete'], { name: 'r' }, null),
    change(
      'aws_security_group.x',
      ['update'],
      { ingress: [{ port: 80, self: false }], cidrs: ['a'] },
      { ingress: [{ port: 443, self: true }], cidrs: ['a', 'b'], note: 'n' },
    ),
  ],
};

describe('the difference that a plan makes', () => {
  test('what goes comes first, attributes are compared, and what changes alike is shown once', () => {
    expect(describeDiff(planDiff(planFile.parse(plan)))).toEqual([
      '- aws_iam_role.old',
      '± aws_db_instance.main',
      '    engine  "15" → "16"',
      '    id      "db" → (known after it is applied)',
      '~ aws_alarm.a0',
      '~ aws_alarm.a1',
      '~ aws_alarm.a2',
      '~ aws_alarm.a3',
      '~ aws_alarm.a4',
      '~ and 2 more, in the same way',
      '    tags.expires-at  "18:00" → "22:00"',
      '~ aws_security_group.x',
      '    cidrs           ["a"] → ["a","b"]',
      '    ingress.0.port  80 → 443',
      '    ingress.0.self  false → true',
      '    note            (none) → "n"',
      '+ aws_sqs_queue.new',
    ]);
  });

  const account = (found: () => string) =>
    anAccount({
      GetItem: () => ({ Item: marshall(aRecord(), { removeUndefinedValues: true }) }),
      GetObject: ({ Key }: { Key: string }) => {
        expect(Key).toBe(`environments/dev/runs/${RUN}/3/stack.tfplan.json`);
        const text = found();
        return { Body: { transformToString: async () => text } };
      },
    });

  test('of the plan that the last owner has made', async () => {
    const { out } = await runCli(['diff', 'dev'], { account: account(() => JSON.stringify(plan)) });
    expect(out).toMatch(/^The plan of provision:earlier: add 1, change 8, replace 1, destroy 1\n- aws_iam_role\.old\n/);
    const json = await runCli(['diff', 'dev', '--json'], { account: account(() => JSON.stringify(plan)) });
    expect(JSON.parse(json.out)).toHaveLength(11);
  });

  test.each<[string, () => string, string]>([
    [
      'there is none',
      () => {
        throw new NoSuchKey({ message: 'no', $metadata: {} });
      },
      'environment "dev" has no plan: its last execution, provision:earlier, has none',
    ],
    ['it is none', () => '{}', 'stack.tfplan.json is not what Terraform says of a plan'],
  ])('nothing is shown where %s', async (_, found, message) => {
    expect(await runCli(['diff', 'dev'], { account: account(found) })).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringContaining(message),
    });
  });
});

test.each([
  ['in its middle', ['a'.repeat(200), 'b'.repeat(200)]],
  ['at its end', ['x'.repeat(300), '']],
  ['at its beginning', ['', 'x'.repeat(300)]],
])('a long value that changes %s is shown where it changes', (_, [head = '', tail = '']) => {
  const [before, after] = ['sha256:aaaa', 'sha256:bbbb'].map((digest) => `${head}${digest}${tail}`);
  const attributes = [{ name: 'definitions', before: before ?? '', after: after ?? '' }];
  const [, line = ''] = describeDiff([{ address: 'x.a', action: 'change', attributes }]);
  const [from, to] = line.split(' → ');
  expect(from).toContain('sha256:aaaa');
  expect(to).toContain('sha256:bbbb');
  expect(line.length).toBeLessThan(200);
});

test('a value that becomes long is shown from its beginning', () => {
  const attributes = [{ name: 'policy', before: '', after: `{"Version":${'x'.repeat(300)}` }];
  expect(describeDiff([{ address: 'x.a', action: 'change', attributes }])[1]).toMatch(/ \(none\) → \{"Version":x+…$/);
});
