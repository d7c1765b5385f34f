import { describe, expect, test } from 'vitest';
import { belongs } from '../../../../lambdas/operations/belongs.ts';
import { PATIENCE, parseReport, removeStrays, type StrayPorts } from '../../../../lambdas/operations/remove-strays.ts';
import { type StrayKind, type Tags, whyNotOurs } from '../../../../lambdas/operations/stray-rules.ts';
import type { Finding } from '../../../../lambdas/shared/contracts.ts';
import type { RemoveStraysEvent, StraysReport } from '../../../../lambdas/shared/payloads.ts';
import type { EnvironmentRecord } from '../../../../lambdas/shared/record.ts';
import type { PreflightRequest } from '../../../../lambdas/shared/request.ts';
import { ACCOUNT, aRecord, aRequest, arnOf, PREFIX, sdkError } from '../support/fixtures.ts';

const OWN: Tags = { project: 'order-platform', environment: 'dev' };
const inUse = sdkError('DependencyViolation', 400, 'has dependencies');

/** A thing in the account. `holds` is what cannot go before it. */
interface Thing {
  type: string;
  id: string;
  tags?: Tags;
  holds?: string;
  /** Looks at which it is still there after its removal was accepted. */
  lingers?: number;
}

const KINDS: Record<string, Partial<StrayKind>> = {
  'log-group': { bornUntagged: true, byproduct: true },
  dashboard: { bornUntagged: true },
  task: { byproduct: true },
};

class World {
  things: Thing[];
  known = new Set<string>();
  report: StraysReport | undefined;
  removals: string[] = [];
  account = ACCOUNT;
  vpc: Tags = OWN;
  region = 'eu-west-1';
  maxDeletions = 10;
  remaining = 240_000;
  denied = new Set<string>();
  readonly #leaving = new Map<string, number>();

  constructor(...things: Thing[]) {
    this.things = things;
  }

  ports(): StrayPorts {
    return {
      sweep: async () => this.#findings(),
      known: async () => this.known,
      kind: async (_, type) => (type === 'secret' ? undefined : this.#kind(type)),
      account: async () => this.account,
      resourceTags: async () => this.vpc,
      readReport: async () => this.report && structuredClone(this.report),
      writeReport: async (report) => {
        this.report = structuredClone(report);
      },
      owns: (name) => belongs(PREFIX, name),
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
    return this.things.map(({ type, id }) => ({
      service: 'ec2',
      type,
      id,
      status: 'PRESENT',
      source: 'tag',
      reason: '',
    }));
  }

  #kind(type: string): StrayKind {
    return {
      ...KINDS[type],
      tags: async ({ id }) => {
        if (this.denied.has(id)) throw sdkError('AccessDenied', 403);
        return this.things.find((thing) => thing.id === id)?.tags ?? {};
      },
      remove: async ({ id }) => {
        const holder = this.things.find(({ holds }) => holds === id);
        if (holder) throw inUse;
        this.removals.push(id);
        const thing = this.things.find((one) => one.id === id);
        if (thing?.lingers) this.#leaving.set(id, this.#leaving.get(id) ?? thing.lingers);
        else this.things = this.things.filter((one) => one.id !== id);
      },
    };
  }
}

const run = (world: World, changes: Partial<PreflightRequest> = {}, event: Partial<RemoveStraysEvent> = {}) =>
  removeStrays(
    { request: aRequest({ machine: 'teardown', mode: 'destroy', ...changes }), phase: 'rest', attempt: 0, ...event },
    world.ports(),
  );

const queue: Thing = { type: 'queue', id: 'q', tags: OWN };

describe('strays', () => {
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
    expect(result).toMatchObject({ count: 0, strays: [], summary: 'no strays' });
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
    expect(await run(world, {}, { attempt: 1 })).toMatchObject({ count: 1, strays: [{ id: 'db' }] });
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
    await expect(end).rejects.toMatchObject({ name: 'StuckError' });
    await expect(end).rejects.toThrow(
      /subnet subnet-1: DependencyViolation: has dependencies.*network-interface eni-1: /,
    );
    // A redrive counts anew.
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
  });

  test('of an earlier teardown stay on record, and are not told again', async () => {
    const world = new World(queue);
    await run(world);
    world.things = [{ type: 'queue', id: 'q2', tags: OWN }];
    const execution = { ...aRequest().execution, id: arnOf('teardown', 'second') };
    expect(await run(world, { execution })).toMatchObject({ count: 1, strays: [{ id: 'q2' }] });
    expect(world.report?.removed.map(({ id }) => id)).toEqual(['q', 'q2']);
  });
});

describe('what is no stray', () => {
  test('is what the state knows', async () => {
    const world = new World(queue, { type: 'queue', id: 'q2', tags: OWN });
    world.known.add('ec2 queue q');
    await run(world);
    expect(world.removals).toEqual(['q2']);
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

  test('the ceiling holds for all passes together', async () => {
    const world = Object.assign(new World(queue), { maxDeletions: 1, remaining: 0 });
    await expect(run(world)).rejects.toMatchObject({ name: 'NotReadyError' });
    world.things = [{ type: 'queue', id: 'q2', tags: OWN }];
    await expect(run(world, {}, { attempt: 1 })).rejects.toMatchObject({ name: 'SafetyError' });
    expect(world.removals).toEqual(['q']);
  });

  test('a plan finds the same, and removes nothing', async () => {
    const world = new World(queue, { type: 'dashboard', id: PREFIX });
    expect(await run(world, { mode: 'plan' })).toMatchObject({
      mode: 'plan',
      strays: [{ id: PREFIX }, { id: 'q' }],
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
        bornUntagged: true as const,
        nameOf: () => PREFIX,
      }),
    };
    const event = { request: aRequest({ mode: 'destroy' }), phase: 'rest' as const, attempt: 0 };
    await expect(removeStrays(event, broken)).rejects.toThrow(TypeError);
  });

  const taggable: StrayKind = { remove: async () => {} };
  const untagged: StrayKind = { ...taggable, bornUntagged: true };
  test.each<[string, StrayKind, string, Tags, boolean]>([
    ['both tags', taggable, 'odd-name', OWN, true],
    ['both tags, and more', taggable, 'odd-name', { ...OWN, owner: 'x' }, true],
    ['no tags on what is made with them', taggable, `${PREFIX}-q`, {}, false],
    ['only the project', taggable, `${PREFIX}-q`, { project: 'order-platform' }, false],
    ['only the environment', untagged, `${PREFIX}-q`, { environment: 'dev' }, false],
    ['another environment, and our name', untagged, `${PREFIX}-q`, { ...OWN, environment: 'dev2' }, false],
    ['another project, and our name', untagged, `${PREFIX}-q`, { ...OWN, project: 'shop' }, false],
    ['our name on what is made without tags', untagged, `/ecs/${PREFIX}/api`, {}, true],
    ['our name, and tags of somebody', untagged, `/ecs/${PREFIX}/api`, { team: 'x' }, true],
    ['the neighbour dev2', untagged, '/ecs/order-platform-dev2-v3/api', {}, false],
    ['the neighbour v33', untagged, '/ecs/order-platform-dev-v33/api', {}, false],
    ['the neighbour without an ending', untagged, 'order-platform-dev', {}, false],
    ['a name that only contains ours', untagged, `my-${PREFIX}`, {}, false],
  ])('%s', (_, kind, id, tags, ours) => {
    const stray: Finding = { service: 's', type: 't', id, status: 'PRESENT', source: 'tag', reason: '' };
    const own = { environment: 'dev', project: 'order-platform', owns: (name: string) => belongs(PREFIX, name) };
    expect(whyNotOurs(stray, kind, tags, own) === undefined).toBe(ours);
  });
});

test('a report that cannot be read is not forgotten', () => {
  expect(parseReport({ kind: 'no-object' })).toBeUndefined();
  expect(() => parseReport({ kind: 'found', text: '{"removed"' })).toThrow(/malformed/);
});
