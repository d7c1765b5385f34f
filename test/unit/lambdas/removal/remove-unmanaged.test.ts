import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { RemoveUnmanagedEvent, UnmanagedReport } from '../../../../lambdas/contracts/payloads/removal.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import type { User } from '../../../../lambdas/removal/blockers.ts';
import { ManagedError } from '../../../../lambdas/removal/obstacles.ts';
import type { GroupReference, OwnRule } from '../../../../lambdas/removal/references.ts';
import type { UnmanagedPorts } from '../../../../lambdas/removal/removal-ports.ts';
import { PATIENCE, PATIENCE_MANAGED, removeUnmanaged } from '../../../../lambdas/removal/remove-unmanaged.ts';
import { parseReport } from '../../../../lambdas/removal/unmanaged-report.ts';
import { reasonNotOwned, type Tags, type UnmanagedKind } from '../../../../lambdas/removal/unmanaged-rules.ts';
import { SafetyError } from '../../../../lambdas/runtime/errors.ts';
import { ACCOUNT, aRecord, aRequest, arnOf, PREFIX, sdkError } from '../support/fixtures.ts';

const OWN: Tags = { project: 'order-platform', environment: 'dev' };
const inUse = sdkError('DependencyViolation', 400, 'has dependencies');

/** The account has this resource. The resource with the id in `holds` cannot be removed before it. */
interface Thing {
  type: string;
  id: string;
  tags?: Tags;
  proof?: Finding['proof'];
  reason?: string;
  holds?: string;
  /** This number of sweeps still finds it after its removal was accepted. */
  lingers?: number;
}

const KINDS: Record<string, Partial<UnmanagedKind>> = {
  'log-group': { bornUntagged: true, byproduct: true },
  dashboard: { bornUntagged: true },
  task: { byproduct: true },
  'network-interface': { byproduct: true },
};

class World {
  things: Thing[];
  known = new Set<string>();
  inventory: InventoryItem[] = [];
  report: UnmanagedReport | undefined;
  removals: string[] = [];
  account = ACCOUNT;
  vpc: Tags = OWN;
  /** Returns the VPCs that routes and gateways serve. */
  served: () => Promise<string[]> = async () => [];
  profiles: () => Promise<string[]> = async () => [];
  region = 'eu-west-1';
  maxDeletions = 10;
  remaining = 240_000;
  denied = new Set<string>();
  refusals = new Map<string, Error>();
  /** Runs after each removal. */
  meanwhile = () => {};
  /** Returns whether somebody else takes the environment over. */
  lost = (_left: readonly Thing[]) => false;
  users = new Map<string, User[]>();
  rules: GroupReference[] = [];
  ownRules: OwnRule[] = [];
  holdsUp = (_rule: OwnRule) => true;
  readonly #leaving = new Map<string, number>();

  constructor(...things: Thing[]) {
    this.things = things;
  }

  ports(): UnmanagedPorts {
    return {
      sweep: async () => this.#findings(),
      known: async () => this.known,
      inventory: async () => this.inventory,
      kind: async (_, type) => (type === 'secret' ? undefined : this.#kind(type)),
      account: async () => this.account,
      resourceTags: async () => this.vpc,
      users: async (_, id) => this.users.get(id) ?? [],
      references: async () => this.rules,
      ownRules: async () => this.ownRules,
      holdsUp: async () => this.holdsUp,
      revoke: async (rule) => {
        this.rules = this.rules.filter((one) => one !== rule);
        this.ownRules = this.ownRules.filter((one) => one.rule !== rule.rule);
        this.removals.push(rule.rule ?? `${rule.group} naming ${rule.names}`);
      },
      confirm: async () => {
        if (this.lost(this.things)) throw new SafetyError('taken over');
      },
      readReport: async () => this.report && structuredClone(this.report),
      writeReport: async (report) => {
        this.report = structuredClone(report);
      },
      tags: async ({ id }) => {
        if (this.denied.has(id)) throw sdkError('AccessDenied', 403);
        const thing = this.things.find((one) => one.id === id);
        return thing && (thing.tags ?? {});
      },
      project: 'order-platform',
      region: this.region,
      allowedAccounts: [ACCOUNT],
      allowedRegions: ['eu-west-1'],
      maxDeletions: this.maxDeletions,
      remainingMs: () => this.remaining,
      now: () => Date.parse('2026-01-31T12:00:00Z'),
    };
  }

  #findings(): Finding[] {
    for (const [id, looks] of this.#leaving) {
      if (looks === 0) this.things = this.things.filter((thing) => thing.id !== id);
      this.#leaving.set(id, looks - 1);
    }
    return this.things.map(({ type, id, proof, reason = '' }) => ({
      ...(proof ? { proof } : {}),
      service: 'ec2',
      type,
      id,
      status: 'PRESENT',
      source: 'tag',
      reason,
    }));
  }

  #kind(type: string): UnmanagedKind {
    return {
      ...KINDS[type],
      ...(/^(route-table|internet-gateway|nat-gateway|vpc-endpoint)$/.test(type) ? { servedVpcs: this.served } : {}),
      ...(type === 'role' ? { profiles: this.profiles } : {}),
      remove: async ({ id }) => {
        const refusal = this.refusals.get(id);
        if (refusal) throw refusal;
        const holder = this.things.find(({ holds }) => holds === id);
        if (holder) throw inUse;
        this.removals.push(id);
        const thing = this.things.find((one) => one.id === id);
        if (thing?.lingers) this.#leaving.set(id, this.#leaving.get(id) ?? thing.lingers);
        else this.things = this.things.filter((one) => one.id !== id);
        this.meanwhile();
      },
    };
  }
}

const CLAIM = { fencing: 1, redrive: 0 };

const run = (world: World, changes: Partial<PreflightRequest> = {}, event: Partial<RemoveUnmanagedEvent> = {}) =>
  removeUnmanaged(
    {
      request: aRequest({ machine: 'teardown', mode: 'destroy', ...changes }),
      ...CLAIM,
      phase: 'rest',
      attempt: 0,
      ...event,
    },
    world.ports(),
  );

const queue: Thing = { type: 'queue', id: 'q', tags: OWN };

test('nothing is removed any more from the moment that somebody else owns the environment', async () => {
  const world = new World(queue, { ...queue, id: 'r' }, { ...queue, id: 's' });
  world.lost = (left) => left.length < 3;
  await expect(run(world)).rejects.toThrow('taken over');
  expect(world.things).toHaveLength(2);
});

describe('what somebody else takes over during the removals', () => {
  test.each<[string, Thing]>([
    ['given to another environment', { ...queue, id: 'r', tags: { ...OWN, environment: 'live' } }],
    ['without the tag of the environment', { ...queue, id: 'r', tags: { project: 'order-platform' } }],
  ])('%s stays, and is named', async (_, changed) => {
    const world = new World(queue, { ...queue, id: 'r' });
    world.meanwhile = () => {
      world.things = world.things.map((one) => (one.id === 'r' ? changed : one));
    };
    const { count, kept } = await run(world);
    expect(world.removals).toEqual(['q']);
    expect({ count, kept }).toMatchObject({ count: 1, kept: [{ id: 'r', reason: expect.stringMatching(/tag/) }] });
  });

  test('and what somebody else removes meanwhile is not told as removed here', async () => {
    const world = new World(queue, { ...queue, id: 'r' });
    world.meanwhile = () => {
      world.things = [];
    };
    expect(await run(world)).toMatchObject({ count: 1, unmanaged: [{ id: 'q' }] });
    expect(world.removals).toEqual(['q']);
  });
});

describe('unmanaged resources', () => {
  test('are removed in the order of what uses what, and told with when and by whom', async () => {
    const world = new World(
      { type: 'vpc', id: 'vpc-1', tags: OWN },
      { type: 'subnet', id: 'subnet-1', tags: OWN },
      { type: 'db-instance', id: 'db', tags: OWN },
      { type: 'security-group', id: 'sg-1', tags: OWN },
    );
    const result = await run(world);
    expect(world.removals).toEqual(['db', 'subnet-1', 'sg-1', 'vpc-1']);
    expect(result).toMatchObject({ mode: 'destroy', count: 4, kept: [] });
    expect(result.summary).toMatch(/^removed db-instance db, subnet subnet-1/);
    expect(world.report?.removed[0]).toEqual({
      service: 'ec2',
      type: 'db-instance',
      id: 'db',
      at: '2026-01-31T12:00:00Z',
      execution: aRequest().execution.id,
    });
  });

  test('that are none cost one look', async () => {
    const result = await run(new World());
    expect(result).toMatchObject({ count: 0, unmanaged: [], summary: 'no unmanaged resources' });
  });

  test('that hold each other go pass by pass, in one invocation', async () => {
    const world = new World(
      { type: 'security-group', id: 'sg-1', tags: OWN },
      { type: 'security-group', id: 'sg-2', tags: OWN, holds: 'sg-1' },
    );
    expect(await run(world)).toMatchObject({ count: 2 });
    expect(world.removals).toEqual(['sg-2', 'sg-1']);
  });

  test('on their way out are waited for, and counted once', async () => {
    const world = new World({ type: 'db-instance', id: 'db', tags: OWN, lingers: 1 });
    await expect(run(world)).rejects.toMatchObject({
      name: 'NotReadyError',
      message: 'on its way out: db-instance db',
    });
    expect(await run(world, {}, { attempt: 1 })).toMatchObject({ count: 1, unmanaged: [{ id: 'db' }] });
  });

  test('are left to the next invocation when the time is nearly over', async () => {
    const world = new World(queue, { type: 'queue', id: 'q2', tags: OWN });
    world.remaining = 30_000;
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
    expect(await run(world, {}, { attempt: 1 })).toMatchObject({ count: 2 });
  });

  test('that nothing can move any more end it, with what stands in the way', async () => {
    const world = new World(
      { type: 'subnet', id: 'subnet-1', tags: OWN },
      { type: 'network-interface', id: 'eni-1', holds: 'subnet-1' },
    );
    for (const attempt of [0, 1, PATIENCE - 1]) {
      await expect(run(world, {}, { attempt })).rejects.toMatchObject({ name: 'NotReadyError' });
    }
    const end = run(world, {}, { attempt: PATIENCE });
    await expect(end).rejects.toMatchObject({ name: 'NoProgressError' });
    await expect(end).rejects.toThrow(
      /subnet subnet-1: DependencyViolation: has dependencies.*network-interface eni-1: /,
    );
    // A redrive counts its attempts from zero.
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  test('of an earlier teardown stay on record, and are not told again', async () => {
    const world = new World(queue);
    await run(world);
    world.things = [{ type: 'queue', id: 'q2', tags: OWN }];
    const execution = { ...aRequest().execution, id: arnOf('teardown', 'second') };
    expect(await run(world, { execution })).toMatchObject({ count: 1, unmanaged: [{ id: 'q2' }] });
    expect(world.report?.removed.map(({ id }) => id)).toEqual(['q', 'q2']);
  });
});

describe('what is refused', () => {
  const protectedBalancer = sdkError('OperationNotPermitted', 400, 'deletion protection is enabled');
  const refused = (world: World, changes: Partial<RemoveUnmanagedEvent> = {}) => run(world, {}, changes);

  test.each<[string, Error, RegExp]>([
    [
      'denied',
      sdkError('AccessDenied', 403, 'not authorized to perform sqs:deletequeue'),
      /may not remove it.*sqs:deletequeue/,
    ],
    ['denied by EC2', sdkError('UnauthorizedOperation', 403), /may not remove it/],
    ['protected', protectedBalancer, /deletion protection/],
    ['full', sdkError('BucketNotEmpty', 409, 'The bucket you tried to delete is not empty'), /not empty/],
    [
      'a protected database',
      sdkError('InvalidParameterCombination', 400, 'Cannot delete protected DB Instance'),
      /protected/,
    ],
  ])('%s is reported at once, and the rest is removed in the same invocation', async (_, error, reason) => {
    for (const phase of ['stack', 'rest'] as const) {
      const world = new World(queue, { type: 'queue', id: 'q2', tags: OWN });
      world.refusals.set('q', error);
      const result = await refused(world, { phase });
      expect(world.removals).toEqual(['q2']);
      expect(result).toMatchObject({ count: 1, kept: [{ id: 'q', reason: expect.stringMatching(reason) }] });
      expect(world.report).toMatchObject({ kept: [{ id: 'q' }], blocked: [], left: [] });
    }
  });

  test.each([
    ['what depends on it', inUse],
    ['a target group in use', sdkError('ResourceInUse', 400)],
    ['a database that is being made', sdkError('InvalidDBInstanceState', 400)],
    ['a policy that a role still has', sdkError('DeleteConflict', 409)],
    ['throttling', sdkError('ThrottlingException', 400)],
    ['an interface in use', sdkError('InvalidParameterValue', 400, "Network interface 'eni-1' is currently in use.")],
  ])('for %s is waited for', async (_, error) => {
    const world = new World(queue);
    world.refusals.set('q', error);
    await expect(refused(world)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  test('because a service manages it is waited for two minutes, not for fifteen', async () => {
    const world = new World(queue);
    world.refusals.set('q', new ManagedError('rds manages it'));
    await expect(refused(world)).rejects.toMatchObject({ name: 'NotReadyError' });
    const result = await refused(world, { attempt: PATIENCE_MANAGED });
    expect(result).toMatchObject({ count: 0, kept: [{ id: 'q', reason: 'rds manages it' }] });
  });

  test('for what hangs on something that stays is not waited for long', async () => {
    const world = new World(
      { type: 'load-balancer', id: 'alb', tags: OWN, holds: 'sg-1' },
      { type: 'security-group', id: 'sg-1', tags: OWN },
    );
    world.refusals.set('alb', protectedBalancer);
    await expect(refused(world)).rejects.toMatchObject({ name: 'NotReadyError' });
    const result = await refused(world, { attempt: PATIENCE_MANAGED });
    expect(result.kept.map(({ id }) => id)).toEqual(['alb', 'sg-1']);
  });

  test('for long before the destroy is left to the destroy', async () => {
    const world = new World(
      { type: 'subnet', id: 'subnet-1', tags: OWN },
      { type: 'thing', id: 't', holds: 'subnet-1' },
    );
    await expect(refused(world, { phase: 'stack' })).rejects.toMatchObject({ name: 'NotReadyError' });
    const result = await refused(world, { phase: 'stack', attempt: PATIENCE });
    expect(result.kept.map(({ id }) => id)).toEqual(['t', 'subnet-1']);
  });
});

describe('rules that name a group of the environment', () => {
  const sg: Thing = { type: 'security-group', id: 'sg-1', tags: OWN, proof: 'tags' };
  const vpc: Thing = { type: 'vpc', id: 'vpc-1', tags: OWN, proof: 'tags' };
  const rule = {
    group: 'sg-0',
    name: 'default',
    vpc: 'vpc-1',
    tags: {},
    names: 'sg-1',
    isEgress: false,
    protocol: '-1',
  };
  /** The group and the VPC are in the state, so the rule would stop the destroy. */
  const withRule = (changes: Partial<GroupReference> = {}, ...things: Thing[]) =>
    Object.assign(new World(...(things.length > 0 ? things : [sg, vpc])), {
      rules: [{ ...rule, ...changes }],
      known: new Set(['ec2 security-group sg-1', 'ec2 vpc vpc-1']),
    });

  test.each<[string, Partial<GroupReference>, Thing[]]>([
    ['of a group of another name', { name: 'shared' }, []],
    ['of the default group of another VPC', { vpc: 'vpc-2' }, []],
    ['of a default group that is tagged as another’s', { tags: { environment: 'life-2' } }, []],
    ['in a VPC that only lies there', {}, [sg, { type: 'vpc', id: 'vpc-1', tags: OWN }]],
  ])('%s are named with their owner, and not touched', async (_, changes, things) => {
    const world = withRule(changes, ...things);
    const { kept } = await run(world);
    expect(world.rules).toHaveLength(1);
    expect(kept).toEqual([
      expect.objectContaining({
        id: 'sg-0 naming sg-1',
        reason: expect.stringContaining(
          'its owner removes the rule: aws ec2 describe-security-groups --group-ids sg-0',
        ),
      }),
    ]);
  });

  test.each(['stack', 'rest'] as const)('of the default group of its VPC are revoked in phase %s', async (phase) => {
    const world = withRule();
    expect(await run(world, {}, { phase })).toMatchObject({ count: 1, kept: [] });
    expect(world.removals).toEqual(['sg-0 naming sg-1']);
  });

  test('of the default group are not revoked in a VPC that is tagged as another’s now', async () => {
    const world = withRule();
    // The record names no VPC, so the tags of this VPC are not read first.
    world.vpc = { ...OWN, environment: 'life-2' };
    const { kept } = await run(world, { record: null });
    expect(kept[0]).toMatchObject({ id: 'sg-0 naming sg-1' });
    expect(world.removals).not.toContain('sg-0 naming sg-1');
  });

  test('are listed by a plan, which revokes none', async () => {
    const world = withRule();
    const { unmanaged } = await run(world, { mode: 'plan' }, { phase: 'stack' });
    expect(unmanaged.map(({ id }) => id)).toContain('sg-0 naming sg-1');
    expect(world.rules).toHaveLength(1);
  });

  test('are not revoked for an environment that was taken over', async () => {
    const world = withRule();
    world.lost = () => true;
    await expect(run(world)).rejects.toThrow('taken over');
    expect(world.rules).toHaveLength(1);
  });
});

describe('rules of groups of the environment that name each other', () => {
  const group = (id: string, changes: Partial<Thing> = {}): Thing => ({
    ...{ type: 'security-group', id, tags: OWN, proof: 'tags', ...changes },
  });
  const rule = (changes: Partial<GroupReference> = {}): GroupReference => ({
    ...{
      group: 'sg-1',
      name: `${PREFIX}-api`,
      vpc: 'vpc-1',
      tags: OWN,
      names: 'sg-2',
      isEgress: false,
      protocol: 'tcp',
    },
    ...changes,
  });
  const withRule = (changes: Partial<GroupReference> = {}, first: Partial<Thing> = {}) =>
    Object.assign(new World(group('sg-1', first), group('sg-2')), {
      rules: [rule(changes)],
      ownRules: [{ rule: 'sgr-1', group: 'sg-1', names: 'sg-2', isEgress: false }],
      known: new Set(['ec2 security-group sg-1', 'ec2 security-group sg-2']),
    });

  test.each<[string, Partial<Thing>]>([
    ['its tags', {}],
    ['the inventory', { proof: 'inventory' }],
  ])('are revoked where they hold up the destroy, in a group that %s prove', async (_, first) => {
    const world = withRule({}, first);
    const { unmanaged, kept } = await run(world, {}, { phase: 'stack' });
    expect(world.removals).toEqual(['sgr-1']);
    expect([unmanaged.map(({ id }) => id), kept]).toEqual([['sgr-1 of sg-1 naming sg-2'], []]);
  });

  test('are left to the destroy where it does not wait for them', async () => {
    const world = Object.assign(withRule(), { holdsUp: () => false });
    expect(await run(world, {}, { phase: 'stack' })).toMatchObject({ count: 0, kept: [] });
    expect(world.removals).toEqual([]);
  });

  test.each<[string, Partial<GroupReference>, Partial<Thing>]>([
    ['is tagged as another’s now', { tags: { ...OWN, environment: 'life-2' } }, {}],
    ['has no tags now', { tags: {} }, { proof: 'inventory' }],
    ['has one of the two tags', { tags: { environment: 'dev' } }, { proof: 'inventory' }],
    ['only lies in the VPC', {}, { proof: 'vpc' }],
    ['only has the name', {}, { proof: 'name' }],
  ])('are named, and not touched, in a group that %s', async (_, changes, first) => {
    const world = withRule(changes, first);
    const { kept } = await run(world, {}, { phase: 'stack' });
    expect(world.removals).toEqual([]);
    expect(kept.map(({ id }) => id)).toEqual(['sgr-1 of sg-1 naming sg-2']);
  });

  test('are not revoked for an environment that was taken over', async () => {
    const world = withRule();
    world.lost = () => true;
    await expect(run(world, {}, { phase: 'stack' })).rejects.toThrow('taken over');
    expect(world.removals).toEqual([]);
  });

  test('are listed by a plan, which revokes none', async () => {
    const world = withRule();
    const { unmanaged } = await run(world, { mode: 'plan' }, { phase: 'stack' });
    expect(unmanaged.map(({ id }) => id)).toEqual(['sgr-1 of sg-1 naming sg-2']);
    expect(world.removals).toEqual([]);
  });
});

describe('what somebody else uses', () => {
  test('is reported at once, with what hangs on it, and the rest is removed', async () => {
    const world = new World(
      { type: 'security-group', id: 'sg-1', tags: OWN },
      { type: 'vpc', id: 'vpc-1', tags: OWN },
      { type: 'queue', id: 'q', tags: OWN },
    );
    for (const id of ['sg-1', 'vpc-1']) world.refusals.set(id, inUse);
    world.users.set('sg-1', [{ type: 'network-interface', id: 'eni-1', instance: 'i-1' }]);
    world.users.set('vpc-1', [{ type: 'security-group', id: 'sg-1', tags: OWN }]);
    const { kept } = await run(world);
    expect(world.removals).toEqual(['q']);
    expect(kept).toEqual([
      expect.objectContaining({ id: 'sg-1', reason: expect.stringMatching(/used by network interface eni-1.*i-1/) }),
      expect.objectContaining({ id: 'vpc-1', reason: expect.stringMatching(/used by security group sg-1/) }),
    ]);
  });

  test('and is torn down itself is waited for', async () => {
    const world = new World(
      { type: 'security-group', id: 'sg-1', tags: OWN },
      { type: 'db-instance', id: 'db', tags: OWN, lingers: 1, holds: 'sg-1' },
    );
    world.users.set('sg-1', [{ type: 'db-instance', id: 'db' }]);
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
  });
});

describe('what is not unmanaged', () => {
  test('is what the state knows', async () => {
    const world = new World(queue, { type: 'queue', id: 'q2', tags: OWN });
    world.known.add('ec2 queue q');
    await run(world);
    expect(world.removals).toEqual(['q2']);
  });

  test.each<[string, boolean]>([
    ['in-use, AWS Lambda VPC ENI-thumbnails-1', true],
    ['in-use, Primary network interface', true],
    ['available, ', true],
    ['in-use, ELB app/order-platform-dev-v3-alb/1', false],
    ['in-use, RDSNetworkInterface', false],
    ['in-use, arn:aws:ecs:eu-west-1:123456789012:attachment/1', false],
    ['in-use, Interface for NAT Gateway nat-1', false],
    ['in-use, VPC Endpoint Interface vpce-1', false],
  ])('is an interface in the VPC (%s), which a plan names if it holds up the destroy: %s', async (reason, named) => {
    const world = new World({ type: 'network-interface', id: 'eni-1', proof: 'vpc', reason });
    const result = await run(world, { mode: 'plan' }, { phase: 'stack' });
    expect(result.kept.map(({ id }) => id)).toEqual(named ? ['eni-1'] : []);
    expect(result.unmanaged).toEqual([]);
  });

  test('is, before the destroy, what goes with something else, and the backend', async () => {
    const { stateBucket, lockTable } = aRequest().names;
    const things = [
      { type: 'task', id: 't', tags: OWN },
      { type: 'bucket', id: stateBucket, tags: OWN },
      { type: 'table', id: lockTable, tags: OWN },
    ];
    const before = new World(...things);
    expect(await run(before, {}, { phase: 'stack' })).toMatchObject({ count: 0, kept: [] });
    const after = new World(...things);
    await run(after);
    expect(after.removals).toEqual(['t', lockTable, stateBucket]);
  });

  test('is what nobody here can remove', async () => {
    const world = new World({ type: 'secret', id: 's', tags: OWN });
    expect(await run(world)).toMatchObject({
      count: 0,
      kept: [{ id: 's', reason: expect.stringMatching(/goes with/) }],
    });
  });
});

describe('guards', () => {
  test.each([
    ['an account that is not allowed', { account: '999999999999' }],
    ['a region that is not allowed', { region: 'us-east-1' }],
    ['more than the ceiling', { maxDeletions: 1 }],
  ])('%s: nothing is removed', async (_, changes) => {
    const world = Object.assign(new World(queue, { type: 'queue', id: 'q2', tags: OWN }), changes);
    await expect(run(world)).rejects.toMatchObject({ name: 'SafetyError' });
    expect(world.removals).toEqual([]);
  });

  test.each<[string, Tags, Partial<EnvironmentRecord>, boolean]>([
    ['another environment', { ...OWN, environment: 'dev2' }, {}, false],
    ['another project', { ...OWN, project: 'shop' }, {}, false],
    ['ours', OWN, {}, true],
    ['nobody any more, since it is gone', {}, {}, true],
    ['another environment, in the record of a life that is over', { environment: 'dev2' }, { status: 'GONE' }, true],
  ])('a VPC of %s', async (_, vpc, record, removed) => {
    const world = Object.assign(new World(queue), { vpc });
    const result = run(world, { record: aRecord(record) });
    if (removed) await expect(result).resolves.toMatchObject({ count: 1 });
    else await expect(result).rejects.toMatchObject({ name: 'SafetyError', message: expect.stringContaining('vpc-1') });
    expect(world.removals).toEqual(removed ? ['q'] : []);
  });

  const inState = (type: string, id: string): InventoryItem => ({ type, id, name: 'it', service: 'ec2' });
  test.each<[string, InventoryItem[], boolean]>([
    ['that the root did not make', [inState('aws_security_group', 'sg-1')], true],
    ['that the root only adopts', [inState('aws_default_vpc', 'vpc-1')], true],
    ['that the root made', [inState('aws_vpc', 'vpc-1')], false],
    ['of which no inventory says anything', [], false],
  ])('a VPC of others %s', async (_, inventory, removed) => {
    for (const vpc of [{ team: 'core' }, { ...OWN, environment: 'dev2' }]) {
      const world = Object.assign(new World(queue), { vpc, inventory });
      const result = run(world, { record: aRecord() });
      if (removed) await expect(result).resolves.toMatchObject({ count: 1 });
      else await expect(result).rejects.toMatchObject({ name: 'SafetyError' });
    }
  });

  test('the ceiling holds for all passes together', async () => {
    const world = Object.assign(new World(queue), { maxDeletions: 1, remaining: 0 });
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
    world.things = [{ type: 'queue', id: 'q2', tags: OWN }];
    await expect(run(world, {}, { attempt: 1 })).rejects.toMatchObject({ name: 'SafetyError' });
    expect(world.removals).toEqual(['q']);
  });

  test('a plan finds the same, and removes nothing', async () => {
    const world = new World(queue, { type: 'dashboard', id: PREFIX, proof: 'name' });
    expect(await run(world, { mode: 'plan' })).toMatchObject({
      mode: 'plan',
      unmanaged: [{ id: PREFIX }, { id: 'q' }],
      summary: expect.stringMatching(/^would remove/),
    });
    expect(world.removals).toEqual([]);
    expect(world.report).toBeUndefined();
  });

  test('tags that may not be read are nobody’s', async () => {
    const world = new World(queue);
    world.denied.add('q');
    expect(await run(world)).toMatchObject({ count: 0, kept: [{ reason: expect.stringMatching(/AccessDenied/) }] });
  });

  test('a fault of ours is no obstacle', async () => {
    const world = new World(queue);
    const broken = {
      ...world.ports(),
      kind: async () => ({
        remove: () => Promise.reject(new TypeError('x')),
      }),
    };
    const event = { request: aRequest({ mode: 'destroy' }), ...CLAIM, phase: 'rest' as const, attempt: 0 };
    await expect(removeUnmanaged(event, broken)).rejects.toThrow(TypeError);
  });

  const taggable = {};
  const untagged = { bornUntagged: true as const };
  const guardDuty = { byGuardDuty: true as const };
  test.each<[string, Pick<UnmanagedKind, 'bornUntagged' | 'byGuardDuty'>, Finding['proof'], Tags, boolean]>([
    ['both tags', taggable, 'tags', OWN, true],
    ['both tags, and more', taggable, 'tags', { ...OWN, owner: 'x' }, true],
    ['both tags, which no sweep has seen', taggable, undefined, OWN, true],
    ['tags that a sweep has seen, and that are gone', taggable, 'tags', {}, false],
    ['tags that a sweep has seen, and that are another’s', untagged, 'tags', { ...OWN, environment: 'dev2' }, false],
    ['the inventory, and no tags any more', taggable, 'inventory', {}, true],
    ['the inventory, and the tags of another environment', untagged, 'inventory', { environment: 'dev2' }, false],
    ['only the project', taggable, 'inventory', { project: 'order-platform' }, false],
    ['only the environment', untagged, 'name', { environment: 'dev' }, false],
    ['an exact name of what is made with tags', taggable, 'name', {}, false],
    ['an exact name of what is made without', untagged, 'name', {}, true],
    ['an exact name, and tags of somebody', untagged, 'name', { team: 'x' }, true],
    ['an exact name, and another environment', untagged, 'name', { ...OWN, environment: 'dev2' }, false],
    ['an exact name, and another project', untagged, 'name', { ...OWN, project: 'shop' }, false],
    ['a name like the environment’s on what is made without tags', untagged, undefined, {}, false],
    ['a place in the environment’s VPC', untagged, 'vpc', {}, false],
    ['what GuardDuty left in the environment’s VPC', guardDuty, 'vpc', { GuardDutyManaged: 'true' }, true],
    ['what GuardDuty left, in another’s VPC', guardDuty, undefined, { GuardDutyManaged: 'true' }, false],
    ['what GuardDuty does not manage', guardDuty, 'vpc', { GuardDutyManaged: 'false' }, false],
    ['GuardDuty’s tag on what it never makes', taggable, 'vpc', { GuardDutyManaged: 'true' }, false],
    [
      'GuardDuty’s tag, and another environment’s',
      guardDuty,
      'vpc',
      { GuardDutyManaged: 'true', environment: 'x' },
      false,
    ],
  ])('%s', (_, kind, proof, tags, ours) => {
    const own = { environment: 'dev', project: 'order-platform' };
    expect(reasonNotOwned(proof ? { proof } : {}, kind, tags, own) === undefined).toBe(ours);
  });
});

test('a report that cannot be read is not forgotten', () => {
  expect(parseReport({ kind: 'no-object' })).toBeUndefined();
  expect(() => parseReport({ kind: 'found', text: '{"removed"' })).toThrow(/malformed/);
});

describe.each(['internet-gateway', 'route-table', 'nat-gateway', 'vpc-endpoint'])(
  'a %s of the environment’s that Terraform does not know',
  (type) => {
    const id = `${type}-1`;
    const vpc: InventoryItem = { type: 'aws_vpc', name: 'main', id: 'vpc-1', service: 'ec2' };
    const serving = (tags: Tags, served: () => Promise<string[]> = async () => ['vpc-1']) => {
      const world = new World({ type, id, tags: OWN });
      return Object.assign(world, { vpc: tags, served });
    };

    test.each<[string, World]>([
      ['the environment’s', serving(OWN)],
      ['without tags and in the inventory', Object.assign(serving({}), { inventory: [vpc] })],
      ['no VPC', serving({ environment: 'live' }, async () => [])],
    ])('goes if it serves a VPC that is %s', async (_, world) => {
      await run(world);
      expect(world.removals).toEqual([id]);
    });

    test.each<[string, World, RegExp]>([
      [
        'of another environment',
        serving({ ...OWN, environment: 'live' }),
        /serves vpc-1, which is tagged environment=live/,
      ],
      ['without tags', serving({}), /which has not the environment’s tags/],
      [
        'of another one, which the inventory has',
        Object.assign(serving({ ...OWN, project: 'x' }), { inventory: [vpc] }),
        /project=x/,
      ],
      [
        'that cannot be asked for',
        serving(OWN, async () => {
          throw sdkError('UnauthorizedOperation', 403);
        }),
        /not known which VPC it serves/,
      ],
    ])('stays if it serves a VPC %s', async (_, world, why) => {
      const { kept } = await run(world);
      expect(world.removals).toEqual([]);
      expect(kept.find((one) => one.id === id)?.reason).toMatch(why);
      expect(kept.find((one) => one.id === id)?.reason).toContain(`aws ec2 describe-${type}s`);
    });
  },
);

describe('a role of the environment’s that is in an instance profile', () => {
  const profile = (tags?: Tags): Thing => ({ type: 'instance-profile', id: 'p', ...(tags ? { tags } : {}) });
  const item: InventoryItem = { type: 'aws_iam_instance_profile', name: 'main', id: 'p', service: 'iam' };
  const within = (...profiles: Thing[]) =>
    Object.assign(new World({ type: 'role', id: 'role', tags: OWN }, ...profiles), { profiles: async () => ['p'] });

  test.each<[string, World]>([
    ['is the environment’s', within(profile(OWN))],
    ['is gone meanwhile', within()],
    ['has no tags and is in the inventory', Object.assign(within(profile()), { inventory: [item] })],
  ])('goes if the profile %s', async (_, world) => {
    await run(world);
    expect(world.removals).toContain('role');
  });

  test.each<[string, World, RegExp]>([
    [
      'is another environment’s',
      within(profile({ ...OWN, environment: 'live' })),
      /profile p, which is tagged environment=live/,
    ],
    ['has no tags', within(profile()), /which has not the environment’s tags/],
    [
      'is another’s by now and in the inventory',
      Object.assign(within(profile({ ...OWN, project: 'x' })), { inventory: [item] }),
      /project=x/,
    ],
    [
      'has tags that cannot be read',
      Object.assign(within(profile(OWN)), { denied: new Set(['p']) }),
      /not known in which/,
    ],
  ])('stays if the profile %s', async (_, world, why) => {
    const { kept } = await run(world);
    expect(world.removals).not.toContain('role');
    expect(kept.find(({ id }) => id === 'role')?.reason).toMatch(why);
  });
});
