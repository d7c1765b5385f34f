import { describe, expect, test } from 'vitest';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { claimsOf } from '../../../../lambdas/sweep/name-claims.ts';
import { isOwnedName } from '../../../../lambdas/sweep/owned-names.ts';
import { PART, type Sweeper, type SweepPorts, sweepService } from '../../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRecord, aRequest, NO_NEIGHBOURS, PATTERN, PREFIX, sdkError } from '../support/fixtures.ts';

const OWN = { project: 'order-platform', environment: 'dev' };
const arnOfQueue = (name: string) => `arn:aws:sqs:eu-west-1:${ACCOUNT}:${name}`;
const nameOf = (arn: string) => arn.slice(arn.lastIndexOf(':') + 1);
const item = (type: string, name: string): InventoryItem => ({
  type,
  name: 'q',
  id: name,
  arn: arnOfQueue(name),
  service: 'sqs',
});

interface World {
  exists?: string[];
  listed?: string[];
  tagged?: string[];
  inventory?: InventoryItem[];
  /** Each resource has these tags now, according to its own service. */
  tags?: Record<string, string>;
  ports?: Partial<SweepPorts>;
  /** The service says that the resources were created at this time. */
  created?: string;
  /** The sweep adds the resources that the inventory lists and another environment owns, as `id status`. */
  others?: string[];
  fail?: Partial<Record<'list' | 'inventory' | 'tagged' | 'confirm' | 'tags', Error>>;
}

function sweeperOf({ exists = [], listed = exists, fail = {}, created }: World): Sweeper {
  return {
    async *list({ owns }) {
      for (const id of listed.filter(owns)) yield { type: 'queue', id };
      if (fail.list) throw fail.list;
    },
    fromInventory: ({ type, id }) =>
      type === 'aws_sqs_queue' ? { type: 'queue', id } : type === 'aws_sqs_queue_policy' ? PART : undefined,
    fromArn: (arn) =>
      arn.includes('policy') ? PART : arn.includes('odd') ? undefined : { type: 'queue', id: nameOf(arn) },
    async confirm({ id }) {
      if (fail.confirm) throw fail.confirm;
      const at = created ? { created: { at: Date.parse(created) } } : {};
      return exists.includes(id)
        ? { status: 'PRESENT', reason: 'url', ...at }
        : { status: 'ABSENT', reason: 'no such queue' };
    },
  };
}

async function sweep(world: World, changes: Partial<PreflightRequest> = {}) {
  const { tagged = [], inventory = [], fail = {} } = world;
  const ports: SweepPorts = {
    sweeper: async () => sweeperOf(world),
    inventory: async () => {
      if (fail.inventory) throw fail.inventory;
      return inventory;
    },
    tagged: async function* all() {
      if (fail.tagged) throw fail.tagged;
      yield* tagged;
    },
    project: 'order-platform',
    owns: (name) => isOwnedName(PREFIX, name),
    ...NO_NEIGHBOURS,
    tags: async () => {
      if (fail.tags) throw fail.tags;
      return world.tags ?? {};
    },
  };
  const request = aRequest({ machine: 'sweep', ...changes });
  const result = await sweepService({ request, service: 'sqs', pass: 1 }, { ...ports, ...world.ports });
  world.others?.push(...(result.others ?? []).map(({ id, status }) => `${id} ${status}`));
  return result.findings.map(({ id, status, source, reason }) => [id, status, source, reason]);
}

const QUEUE = `${PREFIX}-order-events`;
const denied = sdkError('AccessDenied', 403, 'not authorized');

describe('sweep of a service', () => {
  test('finds nothing where nothing is', async () => {
    expect(await sweep({})).toEqual([]);
  });

  test('finds what has only a name', async () => {
    const reason = 'url; only its name says that it is the environment’s';
    expect(await sweep({ exists: [QUEUE] })).toEqual([[QUEUE, 'PRESENT', 'name', reason]]);
  });

  test('finds what has only a tag', async () => {
    expect(await sweep({ exists: ['strange-name'], tagged: [arnOfQueue('strange-name')], tags: OWN })).toEqual([
      ['strange-name', 'PRESENT', 'tag', 'url'],
    ]);
  });

  test.each<[string, World, string | undefined]>([
    ['has another environment’s tags now', { tags: { ...OWN, environment: 'prod' } }, undefined],
    ['has another project’s tags now', { tags: { ...OWN, project: 'bank' } }, undefined],
    ['has no tags now', { tags: {} }, 'UNKNOWN'],
    ['has half of the tags now', { tags: { project: OWN.project } }, 'UNKNOWN'],
    ['cannot be asked for its tags', { fail: { tags: sdkError('AccessDenied', 403) } }, 'UNKNOWN'],
  ])('does not take what the tagging API lists for the environment’s when it %s', async (_, world, status) => {
    const found = await sweep({ exists: ['payments'], listed: [], tagged: [arnOfQueue('payments')], ...world });
    expect(found.map(([, one]) => one)).toEqual(status ? [status] : []);
  });

  test('calls what is in three places by one name', async () => {
    const inventory = [item('aws_sqs_queue', QUEUE)];
    const world = { exists: [QUEUE], tagged: [arnOfQueue(QUEUE)], inventory, tags: OWN };
    expect(await sweep(world)).toEqual([[QUEUE, 'PRESENT', 'inventory', 'url']]);
  });

  test.each([`${PREFIX}1-order-events`, 'order-platform-dev2-v3-order-events', `my-${QUEUE}`])(
    'leaves the neighbour %s alone',
    async (name) => {
      expect(await sweep({ exists: [name] })).toEqual([]);
    },
  );

  test('does not take the ghost of a tag, or of a list, for a leftover', async () => {
    const world = { listed: [QUEUE], tagged: [arnOfQueue(`${QUEUE}-dlq`)] };
    expect((await sweep(world)).map(([, status]) => status)).toEqual(['ABSENT', 'ABSENT']);
  });

  test('says what the inventory listed and is gone', async () => {
    expect(await sweep({ inventory: [item('aws_sqs_queue', QUEUE)] })).toEqual([
      [QUEUE, 'ABSENT', 'inventory', 'no such queue'],
    ]);
  });

  test.each<[string, string[], string[]]>([
    ['stands', ['order-platform-live-v3-jobs'], ['order-platform-live-v3-jobs PRESENT']],
    ['is gone', [], []],
  ])(
    'tells of what the inventory listed and another environment has taken over, when it %s',
    async (_, exists, told) => {
      const others: string[] = [];
      const records = { records: [aRecord({ environment: 'live' })], malformed: [] };
      const found = await sweep({
        ...{ exists, others, listed: [], inventory: [item('aws_sqs_queue', 'order-platform-live-v3-jobs')] },
        tags: { ...OWN, environment: 'live' },
        ports: { claims: async () => claimsOf(PATTERN, { environment: 'dev', prefix: PREFIX }, records) },
      });
      expect(others).toEqual(told);
      expect(found.map(([, status]) => status)).toEqual(exists.length > 0 ? [] : ['ABSENT']);
    },
  );

  const listedAt = '2026-01-31T12:00:00Z';
  const TEAM_B = { team: 'b' };
  test.each<[string, string, string | undefined, Record<string, string>, string[]]>([
    ['a stranger has created since', 'payments', '2026-01-31T13:00:00Z', TEAM_B, ['others: payments']],
    ['a stranger has created since, without tags', 'payments', '2026-01-31T13:00:00Z', {}, ['others: payments']],
    ['existed before', 'payments', '2026-01-31T11:00:00Z', TEAM_B, ['payments PRESENT inventory']],
    ['is as old, by another clock', 'payments', '2026-01-31T12:00:59Z', {}, ['payments PRESENT inventory']],
    ['was created since, by the environment', 'payments', '2026-01-31T13:00:00Z', OWN, ['payments PRESENT tags']],
    [
      'was created since, under a name of the environment',
      QUEUE,
      '2026-01-31T13:00:00Z',
      TEAM_B,
      [`${QUEUE} PRESENT undefined`],
    ],
    ['has lost its tags, and no time of its creation', 'payments', undefined, {}, ['payments PRESENT undefined']],
  ])('what the inventory lists, and %s', async (_, name, created, tags, told) => {
    const inventory = [{ ...item('aws_sqs_queue', name), listedAt }];
    const request = aRequest({ machine: 'sweep' });
    const ports: SweepPorts = {
      sweeper: async () => sweeperOf({ exists: [name], listed: [], ...(created ? { created } : {}) }),
      inventory: async () => inventory,
      tagged: async function* none() {},
      project: 'order-platform',
      owns: (one) => isOwnedName(PREFIX, one),
      ...NO_NEIGHBOURS,
      tags: async () => tags,
    };
    const { findings, others = [] } = await sweepService({ request, service: 'sqs', pass: 1 }, ports);
    expect([
      ...findings.map(({ id, status, proof }) => `${id} ${status} ${proof}`),
      ...others.map(({ id }) => `others: ${id}`),
    ]).toEqual(told);
  });

  test('does not ask for parts of something else', async () => {
    const policy = { ...item('aws_sqs_queue_policy', QUEUE), of: [QUEUE] };
    const world = { inventory: [policy, item('aws_sqs_queue', QUEUE)], tagged: ['arn:policy'] };
    expect((await sweep(world)).map(([id, status]) => [id, status])).toEqual([[QUEUE, 'ABSENT']]);
  });

  test('does not know of what nobody can confirm', async () => {
    const found = await sweep({ inventory: [item('aws_sqs_odd', 'x')], tagged: ['arn:odd'] });
    expect(found.map(([, status]) => status)).toEqual(['UNKNOWN', 'UNKNOWN']);
  });

  test.each(['list', 'inventory', 'tagged'] as const)('does not know when %s is denied', async (what) => {
    expect(await sweep({ fail: { [what]: denied } })).toEqual([
      ['*', 'UNKNOWN', expect.any(String), 'AccessDenied: not authorized'],
    ]);
  });

  test('reports what was listed before the list broke off', async () => {
    const found = await sweep({ exists: [QUEUE], fail: { list: sdkError('ThrottlingException', 400) } });
    expect(found.map(([id, status]) => [id, status])).toEqual([
      ['*', 'UNKNOWN'],
      [QUEUE, 'PRESENT'],
    ]);
  });

  test('does not know when the service cannot be asked', async () => {
    expect(await sweep({ exists: [QUEUE], fail: { confirm: denied } })).toEqual([
      [QUEUE, 'UNKNOWN', 'name', 'AccessDenied: not authorized'],
    ]);
  });

  test('fails for a fault of its own', async () => {
    await expect(sweep({ fail: { list: new TypeError('x is undefined') } })).rejects.toThrow('x is undefined');
  });
});

describe('a backend that is to stay', () => {
  const { stateBucket, lockTable } = aRequest().names;
  const sweepBackend = async (keepBackend: boolean) => {
    const sweeper: Sweeper = {
      async *list() {
        yield { type: 'bucket', id: stateBucket };
        yield { type: 'table', id: lockTable };
        yield { type: 'bucket', id: `${PREFIX}-logs` };
      },
      fromInventory: () => PART,
      fromArn: () => PART,
      confirm: async () => ({ status: 'PRESENT', reason: '' }),
    };
    const { findings } = await sweepService(
      { request: aRequest({ keepBackend }), service: 's3', pass: 1 },
      {
        sweeper: async () => sweeper,
        inventory: async () => [],
        tagged: async function* none() {},
        project: 'p',
        owns: () => true,
        ...NO_NEIGHBOURS,
      },
    );
    return findings.map(({ id }) => id);
  };

  test('is no leftover, and nothing else is spared', async () => {
    expect(await sweepBackend(true)).toEqual([`${PREFIX}-logs`]);
    expect(await sweepBackend(false)).toEqual([stateBucket, lockTable, `${PREFIX}-logs`]);
  });
});

test('what is tagged in another region is not taken for what has its name in the environment’s', async () => {
  const far = `arn:aws:sqs:us-east-1:${ACCOUNT}:${QUEUE}`;
  const asked: (string | undefined)[] = [];
  const ports: SweepPorts = {
    sweeper: async () => ({
      ...sweeperOf({}),
      fromArn: (arn) => ({ type: 'queue', id: nameOf(arn), arn }),
      async confirm({ arn }) {
        asked.push(arn);
        return arn === far ? { status: 'PRESENT', reason: 'url' } : { status: 'ABSENT', reason: 'no such queue' };
      },
    }),
    inventory: async () => [item('aws_sqs_queue', QUEUE)],
    tagged: async function* all() {
      yield far;
    },
    project: 'order-platform',
    owns: (name) => isOwnedName(PREFIX, name),
    ...NO_NEIGHBOURS,
    tags: async () => OWN,
  };
  const { findings } = await sweepService({ request: aRequest({ machine: 'sweep' }), service: 'sqs', pass: 1 }, ports);
  expect(findings.map(({ arn, status }) => [arn, status])).toEqual([
    [undefined, 'ABSENT'],
    [far, 'PRESENT'],
  ]);
});

describe('what lies in the VPC of the record’s outputs, with a name of its own, is', () => {
  const VPC = 'vpc-1';
  const listed: InventoryItem = { type: 'aws_vpc', name: 'main', id: VPC, service: 'ec2' };
  const other: InventoryItem = { type: 'aws_security_group', name: 'api', id: 'sg-1', service: 'ec2' };
  const unread = Promise.reject<Record<string, string>>(denied);
  unread.catch(() => {});

  test.each<[string, InventoryItem[], Promise<Record<string, string>>, string?, (string | undefined)?]>([
    ['the environment’s by the tags of the VPC', [], Promise.resolve(OWN), 'PRESENT', 'vpc'],
    ['the environment’s by the inventory', [listed], Promise.resolve({}), 'PRESENT', 'vpc'],
    ['unknown where an output alone names the VPC', [], Promise.resolve({ Name: 'company' }), 'UNKNOWN', undefined],
    ['unknown where the tags could not be read', [], unread, 'UNKNOWN', undefined],
    [
      'unknown where the tags of the VPC are another’s',
      [listed],
      Promise.resolve({ environment: 'x' }),
      'UNKNOWN',
      undefined,
    ],
    ['not looked for in a VPC that the root did not make', [other], Promise.resolve({ Name: 'company' })],
    ['not looked for in such a VPC without tags', [other], Promise.resolve({})],
    ['not looked for in such a VPC of another environment', [other], Promise.resolve({ environment: 'x' })],
  ])('%s', async (_, inventory, tags, status, proof) => {
    const sweeper: Sweeper = {
      async *list({ vpcs }) {
        if (vpcs.has(VPC)) yield { type: 'db-instance', id: 'ledger', names: ['ledger'], vpc: VPC };
      },
      fromInventory: () => undefined,
      fromArn: () => undefined,
      confirm: async () => ({ status: 'PRESENT', reason: 'available' }),
    };
    const { findings } = await sweepService(
      { request: aRequest({ machine: 'sweep', record: aRecord() }), service: 'rds', pass: 1 },
      {
        ...NO_NEIGHBOURS,
        sweeper: async () => sweeper,
        inventory: async () => inventory,
        tagged: async function* none() {},
        tags: (_service, { type }) => (type === 'vpc' ? tags : Promise.resolve({})),
        project: 'order-platform',
        owns: (name) => isOwnedName(PREFIX, name),
      },
    );
    expect(findings.map((one) => [one.status, one.proof])).toEqual(status ? [[status, proof]] : []);
  });
});

describe('a list of all regions', () => {
  const owner = (region: string) => `arn:aws:states:${region}:${ACCOUNT}:execution:runbook-provision:x`;

  test.each(['s3', 'iam'] as const)(
    'of %s has what a deployment in another region owns, which is no leftover',
    async (service) => {
      const found = async (region: string) => {
        const ports: SweepPorts = {
          sweeper: async () => sweeperOf({ exists: [`${PREFIX}-us-data`] }),
          inventory: async () => [],
          tagged: async function* none() {},
          project: 'order-platform',
          owns: (name) => isOwnedName(PREFIX, name),
          ...NO_NEIGHBOURS,
          tags: async () => ({ ...OWN, owner: owner(region) }),
        };
        const { findings } = await sweepService({ request: aRequest({ machine: 'sweep' }), service, pass: 1 }, ports);
        return findings.map(({ status, proof }) => [status, proof]);
      };
      expect(await found('us-east-1')).toEqual([]);
      expect(await found('eu-west-1')).toEqual([['PRESENT', 'tags']]);
    },
  );
});
