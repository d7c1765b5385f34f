import { NoSuchKey } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { aRecord } from '../lambdas/support/fixtures.ts';
import { history } from './history.ts';
import { anAccount, NOW, runCli } from './support/cli.ts';

const item = (type: string, name: string, more: object = {}) => ({
  ...{ type, name, id: `${name}-id`, service: 'ec2' },
  ...more,
});
const inventory = [
  item('aws_vpc', 'main', { id: 'vpc-1' }),
  item('aws_lb', 'main'),
  item('aws_ecs_service', 'api', { facts: { desired_count: 2, task_definition: 'td' } }),
  item('aws_ecs_task_definition', 'api', { arn: 'td', facts: { cpu: 512, memory: 1024 } }),
];
const output = {
  ...{ environment: 'dev', run: 'r', mode: 'plan', resources: 4, destroy: 4, seconds: 9 },
  unmanaged: [{ service: 'logs', type: 'log-group', id: '/ecs/dev/x' }],
  kept: [{ service: 's3', type: 'bucket', id: 'theirs', reason: 'it is tagged environment=demo' }],
  inventory: 's3://control/environments/dev/runs/r/inventory.json',
};
const protection = {
  ...{ until: '2026-02-02T13:30:00Z', by: 'arn:x', at: '2026-01-31T13:00:00Z', reason: 'demo' },
};

function account(found: (key: string) => string = () => JSON.stringify(inventory), record: object | null = {}) {
  return anAccount({
    StartExecution: () => ({ executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-teardown:t' }),
    GetExecutionHistory: () => ({
      events: history([
        [0, 0, 'ExecutionStarted', { input: '{}' }],
        [9, 0, 'ExecutionSucceeded', { output: JSON.stringify(output) }],
      ]).reverse(),
    }),
    GetObject: ({ Key }: { Key: string }) => {
      if (Key.endsWith('.tflock')) throw new NoSuchKey({ message: 'no', $metadata: {} });
      return { Body: { transformToString: async () => found(Key) } };
    },
    GetItem: ({ TableName }: { TableName: string }) =>
      record && TableName === 'runbook-environments'
        ? { Item: marshall(aRecord(record), { removeUndefinedValues: true }) }
        : {},
  });
}

const plan = (of = account(), ...args: string[]) =>
  runCli(['teardown', 'dev', '--plan', ...args], { account: of, now: NOW });

describe('teardown --plan', () => {
  test('names every resource with its cost, what goes with it, and what stays', async () => {
    const { out, code } = await plan();
    expect(code).toBe(0);
    expect(out.split('\n\n')[1]?.trimEnd().split('\n')).toEqual([
      'Terraform would destroy 4 resources. Its state names 4 in an account, about $0.0847 an hour by list prices:',
      '- aws_ecs_service.api          $0.0495/h  api-id',
      '- aws_lb.main                  $0.0352/h  main-id',
      '- aws_ecs_task_definition.api             api-id',
      '- aws_vpc.main                            vpc-1',
      'A teardown would also remove, since they carry its tags and Terraform does not know them:',
      '- logs log-group /ecs/dev/x',
      'These exist too, and would stay:',
      '- s3 bucket theirs: it is tagged environment=demo',
      'Nothing is known to be in its way.',
    ]);
  });

  test('says that there is nothing, where the state names nothing', async () => {
    const { out } = await plan(account(() => '[]'));
    expect(out).toContain('Its state names none.\n');
  });

  test('names what is in its way', async () => {
    const { out } = await plan(account(undefined, { protection }));
    expect(out).toMatch(
      /In its way:\n- protected until \w+ \d Feb .* \(in 2 d 0 h\), because "demo": npx runbook protect dev --lift/,
    );
  });

  test('has all of it for scripts', async () => {
    const { out } = await plan(account(), '--json');
    expect(JSON.parse(out)).toMatchObject({
      status: 'SUCCEEDED',
      output: { destroy: 4 },
      plan: { resources: [{ address: 'aws_ecs_service.api' }, {}, {}, {}], kept: [{ id: 'theirs' }], blockers: [] },
    });
  });

  test('of an environment without a record', async () => {
    expect((await plan(account(undefined, null))).out).toContain('- aws_vpc.main');
  });

  test.each([
    ['is no inventory', () => '<html>', 'is no inventory: what would be destroyed is not known here'],
    [
      'cannot be read',
      () => {
        throw Object.assign(new Error('no'), { name: 'AccessDenied' });
      },
      'could not be read (AccessDenied: no): what would be destroyed is not known here',
    ],
  ])('an inventory that %s is not an empty one', async (_, found, message) => {
    const { out } = await plan(account(found));
    expect(out).toContain(message);
    expect(out).not.toContain('would destroy 0');
  });
});
