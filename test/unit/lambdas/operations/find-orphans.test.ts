import { describe, expect, test } from 'vitest';
import { findOrphans, type OrphanPorts } from '../../../../lambdas/operations/find-orphans.ts';
import { NOT_ATTRIBUTED } from '../../../../lambdas/operations/judge-findings.ts';
import type { Finding } from '../../../../lambdas/shared/contracts.ts';
import type { OrphanReport } from '../../../../lambdas/shared/orphans.ts';
import type { EnvironmentRecord } from '../../../../lambdas/shared/record.ts';
import { aRecord, PREFIX, sdkError } from '../support/fixtures.ts';

const HOUR = 3_600_000;
const OWN = { project: 'order-platform', environment: 'dev' };
const balancer: Finding = {
  ...{ service: 'elbv2', type: 'load-balancer', id: 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1' },
  ...{ status: 'PRESENT', source: 'tag', proof: 'tags', reason: 'active' },
};
const gateway: Finding = { ...balancer, service: 'ec2', type: 'nat-gateway', id: 'nat-1', reason: 'available' };
const bucket: Finding = { ...balancer, service: 's3', type: 'bucket', id: `${PREFIX}-data`, reason: 'eu-west-1' };

class World {
  records: EnvironmentRecord[] = [aRecord()];
  findings: Finding[] = [];
  known: Set<string> | undefined = new Set();
  tags: Record<string, string> | Error = OWN;
  reports = new Map<string, OrphanReport>();
  told: string[] = [];
  looks: string[] = [];
  remaining = 900_000;
  /** What an execution does while the environment is looked at. */
  meanwhile = () => {};
  now = Date.parse('2026-01-31T12:47:00Z');

  ports(): OrphanPorts {
    return {
      listRecords: async () => ({ records: structuredClone(this.records) }),
      loadRecord: async (name) => this.records.find(({ environment }) => environment === name) ?? null,
      sweep: async ({ environment }) => {
        this.looks.push(environment);
        this.meanwhile();
        return this.findings;
      },
      known: async () => this.known,
      tags: async () => {
        if (this.tags instanceof Error) throw this.tags;
        return this.tags;
      },
      readReport: async ({ environment }) => structuredClone(this.reports.get(environment)),
      writeReport: async ({ environment }, report) => void this.reports.set(environment, structuredClone(report)),
      publish: async (subject, text) => void this.told.push(`${subject}\n${text}`),
      remainingMs: () => this.remaining,
      now: () => this.now,
    };
  }

  look() {
    return findOrphans(this.ports());
  }

  /** So many looks, an hour apart. */
  async hours(count: number) {
    for (let hour = 0; hour < count; hour += 1) {
      await this.look();
      this.now += HOUR;
    }
    return this.reports.get('dev');
  }
}

const world = (...findings: Finding[]) => Object.assign(new World(), { findings });

describe('an orphaned resource', () => {
  test('is told once, with its cost, when two looks have seen it', async () => {
    const here = world(balancer, gateway, bucket);
    await here.hours(1);
    expect(here.told).toEqual([]);
    const report = await here.hours(3);
    expect(here.told).toHaveLength(1);
    const [message = ''] = here.told;
    expect(message).toMatch(/^dev has 3 orphaned resources\n/);
    expect(message).toContain(`- load-balancer ${balancer.id}: about $0.025 an hour, by the hour`);
    expect(message).toContain('- nat-gateway nat-1: about $0.048 an hour');
    expect(message).toContain(`- bucket ${PREFIX}-data: by what is stored`);
    expect(message).toContain('Cost: about $0.073 an hour, and 1 resource whose price is not known here');
    expect(message).toContain('npx runbook teardown dev --plan');
    expect(report?.orphans.map(({ id, since, told }) => [id, since, told])).toEqual(
      [balancer, gateway, bucket].map(({ id }) => [id, '2026-01-31T12:47:00Z', true]),
    );
  });

  test('that is seen every other hour is not told', async () => {
    const here = world(balancer);
    for (let hour = 0; hour < 6; hour += 1) {
      here.findings = hour % 2 === 0 ? [balancer] : [];
      await here.hours(1);
    }
    expect(here.told).toEqual([]);
  });

  test('of a failed environment without any state is told', async () => {
    const here = Object.assign(world(balancer), { records: [aRecord({ status: 'FAILED' })], known: undefined });
    expect((await here.hours(1))?.orphans).toHaveLength(1);
  });
});

describe('no orphaned resource is', () => {
  test.each<[string, Finding, Partial<World>?]>([
    ['what the state knows by type and id', gateway, { known: new Set(['ec2 nat-gateway nat-1']) }],
    ['what the state knows by ARN', balancer, { known: new Set([balancer.id]) }],
    ['what is gone', { ...gateway, status: 'ABSENT' }],
    ['what only its name speaks for', { ...gateway, source: 'name', proof: 'name' }],
    ['what nothing proves', { ...gateway, status: 'UNKNOWN', source: 'name', reason: `${NOT_ATTRIBUTED}: exists` }],
    ['what only lies in the VPC', { ...gateway, source: 'name', proof: 'vpc' }],
    ['the state bucket', { ...bucket, id: aRecord().stateBucket }],
    ['the lock table', { ...bucket, service: 'dynamodb', type: 'table', id: aRecord().lockTable }],
    ['a task of a service', { ...gateway, service: 'ecs', type: 'task', id: 'c/1' }],
    ['what has a tag of AWS’s own', gateway, { tags: { ...OWN, 'aws:autoscaling:groupName': 'x' } }],
    ['an automated snapshot', { ...bucket, service: 'rds', type: 'db-snapshot', id: 'rds:x-2026-01-31' }],
    ['the backup of a database that exists', { ...bucket, service: 'rds', type: 'automated-backup', reason: 'active' }],
    ['the secret of a database', { ...bucket, service: 'secretsmanager', type: 'secret', id: 'rds!db-1-AbCdEf' }],
    ['the interface of a task', { ...gateway, type: 'network-interface', reason: 'in-use, arn:aws:ecs:x' }],
    ['the volume of an instance', { ...gateway, type: 'volume', reason: 'in-use, 8 GiB' }],
  ])('%s', async (_, finding, changes = {}) => {
    const report = await Object.assign(world(finding), changes).hours(1);
    expect(report).toMatchObject({ orphans: [], unread: [] });
  });

  test('but a backup that its database has left is one, and so is a volume that nothing uses', async () => {
    const backup: Finding = { ...bucket, service: 'rds', type: 'automated-backup', reason: 'retained' };
    const report = await world(backup, { ...gateway, type: 'volume', reason: 'available, 8 GiB' }).hours(1);
    expect(report?.orphans).toHaveLength(2);
  });
});

describe('what was not read is told, and is no orphaned resource', () => {
  const denied = sdkError('AccessDeniedException', 400, 'not authorized');
  test.each<[string, Finding[], Partial<World>, RegExp]>([
    [
      'a list',
      [{ ...gateway, id: '*', status: 'UNKNOWN', reason: 'AccessDenied' }],
      {},
      /nat-gateway \*: AccessDenied/,
    ],
    ['the tags of one', [gateway], { tags: denied }, /nat-1: its tags could not be read: AccessDenied/],
    ['the state of a live environment', [gateway], { known: undefined }, /Terraform’s state is not there/],
  ])('%s', async (_, findings, changes, says) => {
    const here = Object.assign(world(...findings), changes);
    expect((await here.hours(3))?.orphans).toEqual([]);
    expect(here.told).toHaveLength(1);
    expect(here.told[0]).toMatch(/^Nobody knows whether dev has orphaned resources\n/);
    expect(here.told[0]).toMatch(says);
  });

  test('a sweep that fails keeps no other environment from its turn', async () => {
    const here = world(gateway);
    here.records = [aRecord(), aRecord({ environment: 'other' })];
    here.meanwhile = () => {
      if (here.looks.at(-1) === 'dev') throw sdkError('ServiceUnavailable', 503);
    };
    expect(await here.look()).toMatchObject({ looked: ['dev', 'other'], orphans: 1 });
    expect(here.reports.get('dev')?.unread).toMatchObject([{ reason: 'ServiceUnavailable' }]);
  });
});

test.each(['PROVISIONING', 'TEARING_DOWN', 'GONE'] as const)('nobody looks at what is %s', async (status) => {
  const here = Object.assign(world(gateway), { records: [aRecord({ status })] });
  expect(await here.look()).toEqual({ looked: [], skipped: [], orphans: 0 });
});

test.each<Partial<EnvironmentRecord>>([{ status: 'TEARING_DOWN' }, { fencing: 4 }, { activity: 1 }, { run: 'x' }])(
  'a look counts for nothing when the record has become %o meanwhile',
  async (changes) => {
    const here = world(gateway);
    here.meanwhile = () => {
      here.records = [aRecord(changes)];
    };
    expect(await here.look()).toMatchObject({ looked: [], skipped: [{ environment: 'dev' }] });
    expect(here.reports.size).toBe(0);
  },
);

test('whoever was looked at last waits when time is short', async () => {
  const here = world();
  here.records = [aRecord(), aRecord({ environment: 'other' })];
  await here.look();
  here.reports.set('dev', { ...(here.reports.get('dev') as OrphanReport), at: '2026-01-31T13:00:00Z' });
  here.meanwhile = () => {
    here.remaining = 0;
  };
  expect(await here.look()).toMatchObject({ looked: ['other'], skipped: [{ environment: 'dev' }] });
});
