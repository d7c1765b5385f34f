import { describe, expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { takeInventory } from '../../../../lambdas/sweep/take-inventory.ts';
import { aRecord, aRequest } from '../support/fixtures.ts';

const state = (resources: unknown[]) =>
  JSON.stringify({ version: 4, serial: 3, lineage: 'l-1', outputs: {}, resources });
const cluster = {
  mode: 'managed',
  type: 'aws_ecs_cluster',
  name: 'main',
  provider: 'provider["registry.terraform.io/hashicorp/aws"]',
  instances: [{ attributes: { id: 'arn:c', arn: 'arn:c' } }],
};

describe('terraform state', () => {
  test('becomes a list, instance by instance', () => {
    const groups = {
      ...cluster,
      module: 'module.logs',
      type: 'aws_cloudwatch_log_group',
      name: 'service',
      instances: [
        {
          index_key: 'api',
          attributes: { id: '/ecs/x/api', arn: 'arn:l', tags_all: { project: 'x', environment: 'd' } },
        },
        { index_key: 0, attributes: { id: '/ecs/x/0', tags_all: { project: 'x' } } },
      ],
    };
    expect(parseState(state([cluster, groups, { ...cluster, mode: 'data' }]))).toEqual({
      lineage: 'l-1',
      serial: 3,
      resources: 3,
      taskDefinitions: {},
      items: [
        { type: 'aws_ecs_cluster', name: 'main', id: 'arn:c', arn: 'arn:c', service: 'ecs', untagged: true },
        {
          type: 'aws_cloudwatch_log_group',
          name: 'module.logs.service["api"]',
          id: '/ecs/x/api',
          arn: 'arn:l',
          service: 'logs',
        },
        {
          ...{ type: 'aws_cloudwatch_log_group', name: 'module.logs.service[0]', id: '/ecs/x/0', service: 'logs' },
          untagged: true,
        },
      ],
    });
  });

  test.each([
    ['as an id', { id: 'arn:svc' }, 'arn:svc'],
    ['under a name of its own', { id: 'x', dashboard_arn: 'arn:d' }, 'arn:d'],
    ['nowhere', { id: 'x' }, undefined],
  ])('finds an ARN that the provider keeps %s', (_, attributes, arn) => {
    const { items } = parseState(state([{ ...cluster, instances: [{ attributes }] }]));
    expect(items[0]?.arn).toBe(arn);
  });

  test.each<[string, object, boolean]>([
    ['as the provider gives them', { tags_all: { project: 'p', environment: 'e', a: 'b' } }, true],
    ['of an Auto Scaling group', { tag: [{ key: 'project' }, { key: 'environment' }] }, true],
    ['but one', { tags_all: { project: 'p' } }, false],
    ['of a type that takes none', { url: 'x' }, false],
    ['that are none', { tags_all: null, tags: null }, false],
  ])('knows what carries tags %s', (_, attributes, tagged) => {
    const { items } = parseState(state([{ ...cluster, instances: [{ attributes: { id: 'x', ...attributes } }] }]));
    expect(items[0]?.untagged).toBe(tagged ? undefined : true);
  });

  test('knows a database by the name that RDS lets one ask for', () => {
    const attributes = { id: 'db-M5ENSHX', identifier: 'x-v3-db' };
    const { items } = parseState(state([{ ...cluster, type: 'aws_db_instance', instances: [{ attributes }] }]));
    expect(items).toEqual([{ type: 'aws_db_instance', name: 'main', id: 'x-v3-db', service: 'rds', untagged: true }]);
  });

  test('lists the secret that RDS made for a database', () => {
    const attributes = { id: 'db-1', arn: 'arn:db', master_user_secret: [{ secret_arn: 'arn:s', kms_key_id: 'k' }] };
    const { items, resources } = parseState(
      state([{ ...cluster, type: 'aws_db_instance', instances: [{ attributes }] }]),
    );
    expect(items.map(({ type, arn, service }) => [type, arn, service])).toEqual([
      ['aws_db_instance', 'arn:db', 'rds'],
      ['aws_secretsmanager_secret', 'arn:s', 'secretsmanager'],
    ]);
    expect(resources).toBe(1);
  });

  test('lists the volume from which an instance starts, and none that is only attached to it', () => {
    const attributes = {
      id: 'i-1',
      root_block_device: [{ volume_id: 'vol-1', delete_on_termination: false }],
      ebs_block_device: [{ volume_id: 'vol-2', delete_on_termination: false }],
    };
    const { items } = parseState(state([{ ...cluster, type: 'aws_instance', instances: [{ attributes }] }]));
    expect(items.map(({ type, id, service }) => [type, id, service])).toEqual([
      ['aws_instance', 'i-1', 'ec2'],
      ['aws_ebs_volume', 'vol-1', 'ec2'],
    ]);
  });

  test.each([
    ['of another version', JSON.stringify({ version: 3, modules: [] })],
    ['cut off', '{"version": 4, "resou'],
    ['without resources', '{"version": 4, "lineage": "l"}'],
    ['empty', ''],
  ])('%s is unreadable, never empty', (_name, text) => {
    expect(() => parseState(text)).toThrow(expect.objectContaining({ name: 'DependencyError' }));
  });

  test.each([
    ['aws_lb_target_group', 'elbv2'],
    ['aws_cloudwatch_event_rule', 'events'],
    ['aws_cloudwatch_metric_alarm', 'cloudwatch'],
    ['aws_vpc_security_group_ingress_rule', 'ec2'],
    ['aws_eip', 'ec2'],
    ['aws_route53_record', 'tagging'],
    ['aws_kms_key', 'kms'],
    ['aws_workspaces_directory', 'tagging'],
  ])('%s is looked for by %s', (type, service) => {
    expect(parseState(state([{ ...cluster, type }])).items[0]?.service).toBe(service);
  });
});

describe('inventory', () => {
  type Stored = Awaited<ReturnType<Parameters<typeof takeInventory>[1]['readState']>>;
  type Tags = Record<string, string>;
  const own: Tags = { environment: 'dev', project: 'order-platform' };
  interface Account {
    record?: EnvironmentRecord;
    bucket?: Tags | undefined;
    errored?: string;
    /** The run's last plan was created from the state with this lineage. */
    planned?: string;
    /** A destroy of the state with this lineage has begun. */
    destroyed?: string;
  }
  const take = async (stateText: Stored, earlier: Stored = { kind: 'no-object' }, account: Account = {}) => {
    let written: InventoryItem[] | undefined;
    const request = aRequest({ record: account.record ?? null });
    const result = await takeInventory(request, {
      project: 'order-platform',
      bucketTags: async () => ('bucket' in account ? account.bucket : own),
      readState: async () => stateText,
      readRun: async (key) => {
        if (key === request.keys.lineage) {
          return account.planned === undefined ? { kind: 'no-object' } : { kind: 'found', text: account.planned };
        }
        if (key === request.keys.destroyed) {
          return account.destroyed === undefined ? { kind: 'no-object' } : { kind: 'found', text: account.destroyed };
        }
        if (key !== request.keys.erroredState) return earlier;
        return account.errored ? { kind: 'found', text: account.errored } : { kind: 'no-object' };
      },
      writeInventory: async (_key, items) => {
        written = items;
      },
      now: () => Date.parse('2026-01-31T14:00:00.500Z'),
    });
    return { result, ids: written?.map(({ id }) => id), items: written };
  };
  const old = JSON.stringify([{ type: 'aws_sqs_queue', name: 'q', id: 'old', service: 'sqs' }]);

  test('lists what the state has', async () => {
    const { result, ids } = await take({ kind: 'found', text: state([cluster]) });
    expect(result).toEqual({
      backendExists: true,
      stateExists: true,
      resources: 1,
      lineage: 'l-1',
      key: aRequest().keys.inventory,
    });
    expect(ids).toEqual(['arn:c']);
  });

  test('says when the state had it, and leaves the time of what an earlier list has', async () => {
    const listed = JSON.stringify([
      { type: 'aws_sqs_queue', name: 'q', id: 'old', service: 'sqs', listedAt: '2026-01-31T12:00:00Z' },
      {
        type: 'aws_ecs_cluster',
        name: 'main',
        id: 'arn:c',
        arn: 'arn:c',
        service: 'ecs',
        listedAt: '2026-01-31T12:00:00Z',
      },
    ]);
    const errored = state([{ ...cluster, instances: [{ attributes: { id: 'arn:e', arn: 'arn:e' } }] }]);
    const { items } = await take(
      { kind: 'found', text: state([cluster]) },
      { kind: 'found', text: listed },
      { errored },
    );
    expect(items?.map(({ id, listedAt }) => [id, listedAt])).toEqual([
      ['old', '2026-01-31T12:00:00Z'],
      // A provision may have created it anew since the first list.
      ['arn:c', '2026-01-31T14:00:00Z'],
      ['arn:e', '2026-01-31T14:00:00Z'],
    ]);
  });

  test.each<[string, Stored, boolean]>([
    ['a bucket without state', { kind: 'no-object' }, true],
    ['no bucket', { kind: 'no-bucket' }, false],
  ])('%s', async (_name, stored, backendExists) => {
    const { result, ids } = await take(stored);
    expect(result).toMatchObject({ backendExists, stateExists: false, resources: 0 });
    expect(result).not.toHaveProperty('lineage');
    expect(ids).toEqual([]);
  });

  test('keeps what an earlier teardown of the run listed', async () => {
    const { ids } = await take({ kind: 'found', text: state([cluster]) }, { kind: 'found', text: old });
    expect(ids).toEqual(['old', 'arn:c']);
    expect((await take({ kind: 'no-bucket' }, { kind: 'found', text: old })).ids).toEqual(['old']);
  });

  test('lists what is only in a state that could not be written', async () => {
    const { ids, result } = await take({ kind: 'no-object' }, undefined, { errored: state([cluster]) });
    expect(ids).toEqual(['arn:c']);
    expect(result.stateExists).toBe(true);
  });

  const found: Stored = { kind: 'found', text: state([cluster]) };
  test.each<[string, Stored, Account, string]>([
    [
      'a state of another lineage',
      found,
      { record: aRecord({ lineage: 'l-2' }) },
      'has lineage l-1, that of dev on record is l-2',
    ],
    [
      'a state of another lineage than a plan that was never wholly applied',
      found,
      { record: aRecord(), planned: 'l-2' },
      'has lineage l-1, that of dev on record is l-2',
    ],
    [
      'an older version of the state than was applied last',
      found,
      { record: aRecord({ lineage: 'l-1', serial: 4 }) },
      'has serial 3, and 4 was applied',
    ],
    ['a record of another bucket', found, { record: aRecord({ stateBucket: 'other' }) }, 'names the backend other'],
    ['a bucket of another environment', found, { bucket: { ...own, environment: 'dev2' } }, 'environment=dev2'],
    ['a bucket of another project', { kind: 'no-object' }, { bucket: { ...own, project: 'shop' } }, 'project=shop'],
    ['a bucket with a state and no tags', found, { bucket: {} }, 'environment=(none)'],
  ])('%s is not destroyed', async (_, stored, account, message) => {
    await expect(take(stored, undefined, account)).rejects.toMatchObject({
      name: 'SafetyError',
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, Stored, Account]>([
    ['the lineage of the record', found, { record: aRecord({ lineage: 'l-1' }) }],
    ['the version that was applied last', found, { record: aRecord({ lineage: 'l-1', serial: 3 }) }],
    ['a version that came after it', found, { record: aRecord({ lineage: 'l-1', serial: 2 }) }],
    ['a state that was made anew', found, { record: aRecord({ lineage: 'l-2', serial: 9 }), planned: 'l-1' }],
    ['a record from before there was a state', found, { record: aRecord() }],
    ['a state that was made anew and planned', found, { record: aRecord({ lineage: 'l-2' }), planned: 'l-1' }],
    ['a state that was made anew, with nothing planned', found, { record: aRecord({ lineage: 'l-2' }), planned: '' }],
    ['a bucket without tags that a killed bootstrap has left empty', { kind: 'no-object' }, { bucket: {} }],
    ['no bucket', { kind: 'no-bucket' }, { bucket: undefined, record: aRecord({ lineage: 'l-2' }) }],
    ['what an earlier life has left in its record', found, { record: aRecord({ status: 'GONE', lineage: 'l-2' }) }],
  ])('%s is no obstacle', async (_, stored, account) => {
    await expect(take(stored, undefined, account)).resolves.toBeDefined();
  });

  /**
   * Somebody has removed the state's object. Its versions are in the bucket, and the teardown would delete them next.
   */
  describe('a state that was there, and is not', () => {
    const gone: Stored = { kind: 'no-object' };
    const BEGUN = { status: 'FAILED', ownerMachine: 'teardown' } as const;

    test.each<[string, Account, Stored?]>([
      ['by the record', { record: aRecord({ lineage: 'l-1' }) }],
      ['by the run’s last plan', { record: aRecord(), planned: 'l-1' }],
      ['for a teardown that has destroyed nothing yet', { record: aRecord({ lineage: 'l-1', ...BEGUN }) }],
      ['since an earlier teardown listed what was there before', { record: aRecord({ lineage: 'l-1' }) }, found],
      ['since a teardown that failed listed it', { record: aRecord({ lineage: 'l-1', ...BEGUN }) }, found],
      ['since another one was destroyed', { record: aRecord({ lineage: 'l-1', ...BEGUN }), destroyed: 'l-0' }],
      ['since something was applied after a destroy', { record: aRecord({ lineage: 'l-1', ...BEGUN }), destroyed: '' }],
    ])('%s is no environment without resources', async (_, account, earlier?: Stored) => {
      await expect(take(gone, earlier && { kind: 'found', text: old }, account)).rejects.toMatchObject({
        name: 'SafetyError',
        message: expect.stringMatching(/l-1.*is not in .*versions.*put it back/i),
      });
    });

    test.each<[string, Account, Stored | undefined]>([
      [
        'was destroyed by an earlier teardown',
        { record: aRecord({ lineage: 'l-1', ...BEGUN }), destroyed: 'l-1' },
        { kind: 'found', text: old },
      ],
      [
        'is in what a build could not write',
        { record: aRecord({ lineage: 'l-1' }), errored: state([cluster]) },
        undefined,
      ],
      ['is given up', { record: aRecord({ lineage: 'l-1' }), planned: '' }, undefined],
      ['was an earlier life’s', { record: aRecord({ status: 'GONE', lineage: 'l-1' }) }, undefined],
    ])('and %s is no obstacle', async (_, account, earlier) => {
      await expect(take(gone, earlier, account)).resolves.toMatchObject({ result: { backendExists: true } });
    });
  });

  test('does not write over an earlier one that it cannot read', async () => {
    await expect(take({ kind: 'no-object' }, { kind: 'found', text: '[{' })).rejects.toThrow(/malformed/);
  });
});
