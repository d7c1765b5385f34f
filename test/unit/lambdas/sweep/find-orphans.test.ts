import { describe, expect, test } from 'vitest';
import type { Finding } from '../../../../lambdas/contracts/contracts.ts';
import type { OrphanReport } from '../../../../lambdas/contracts/orphans.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { findOrphans, type OrphanPorts } from '../../../../lambdas/sweep/find-orphans.ts';
import { NOT_ATTRIBUTED } from '../../../../lambdas/sweep/judge-findings.ts';
import { aRecord, PREFIX, sdkError } from '../support/fixtures.ts';

const HOUR = 3_600_000;
const OWN = { project: 'order-platform', environment: 'dev' };
const loadBalancer: Finding = {
  ...{ service: 'elbv2', type: 'load-balancer', id: 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/x/1' },
  ...{ status: 'PRESENT', source: 'tag', proof: 'tags', reason: 'active' },
};
const gateway: Finding = { ...loadBalancer, service: 'ec2', type: 'nat-gateway', id: 'nat-1', reason: 'available' };
const bucket: Finding = { ...loadBalancer, service: 's3', type: 'bucket', id: `${PREFIX}-data`, reason: 'eu-west-1' };

class World {
  records: EnvironmentRecord[] = [aRecord()];
  findings: Finding[] = [];
  known: Set<string> | undefined = new Set();
  tags: Record<string, string> | Error = OWN;
  reports = new Map<string, OrphanReport>();
  told: string[] = [];
  looks: string[] = [];
  remaining = 900_000;
  /** The function runs during a sweep. It plays an execution that changes the environment. */
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
      about: { product: 'order-platform', accountId: '123456789012', region: 'eu-west-1' },
      publish: async ({ subject, text }) => void this.told.push(`${subject}\n${text}`),
      remainingMs: () => this.remaining,
      now: () => this.now,
    };
  }

  look() {
    return findOrphans(this.ports());
  }

  /** Searches for orphaned resources `count` times, an hour apart. */
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
  test('is reported once, with its cost, when two looks have seen it', async () => {
    const here = world(loadBalancer, gateway, bucket);
    await here.hours(1);
    expect(here.told).toEqual([]);
    const report = await here.hours(3);
    expect(here.told).toHaveLength(1);
    const [message = ''] = here.told;
    expect(message).toMatch(/^order-platform dev 123456789012 eu-west-1: 3 orphaned resources\n/);
    expect(message).toContain(`- load-balancer ${loadBalancer.id}: about $0.025 an hour, by the hour`);
    expect(message).toContain('- nat-gateway nat-1: about $0.048 an hour');
    expect(message).toContain(`- bucket ${PREFIX}-data: by what is stored`);
    expect(message).toContain('Cost: about $0.073 an hour, and 1 resource whose price is not known here');
    expect(message).toContain('npx runbook teardown dev --plan');
    expect(report?.orphans.map(({ id, since, told }) => [id, since, told])).toEqual(
      [loadBalancer, gateway, bucket].map(({ id }) => [id, '2026-01-31T12:47:00Z', true]),
    );
  });

  test('that is seen every other hour is not reported', async () => {
    const here = world(loadBalancer);
    for (let hour = 0; hour < 6; hour += 1) {
      here.findings = hour % 2 === 0 ? [loadBalancer] : [];
      await here.hours(1);
    }
    expect(here.told).toEqual([]);
  });

  test('of a failed environment without any state is reported', async () => {
    const here = Object.assign(world(loadBalancer), { records: [aRecord({ status: 'FAILED' })], known: undefined });
    expect((await here.hours(1))?.orphans).toHaveLength(1);
  });
});

describe('no orphaned resource is', () => {
  test.each<[string, Finding, Partial<World>?]>([
    ['what the state knows by type and id', gateway, { known: new Set(['ec2 nat-gateway nat-1']) }],
    ['what the state knows by ARN', loadBalancer, { known: new Set([loadBalancer.id]) }],
    ['what is gone', { ...gateway, status: 'ABSENT' }],
    ['what only its name speaks for', { ...gateway, source: 'name', proof: 'name' }],
    ['what nothing proves', { ...gateway, status: 'UNKNOWN', source: 'name', reason: `${NOT_ATTRIBUTED}: exists` }],
    ['what only lies in the VPC', { ...gateway, source: 'name', proof: 'vpc' }],
    ['the state bucket', { ...bucket, id: aRecord().stateBucket }],
    ['the lock table', { ...bucket, service: 'dynamodb', type: 'table', id: aRecord().lockTable }],
    ...['service:api', 'ecs-svc/1', 'events-rule/nightly', 'chronos-schedule/nightly', 'AWS Step Functions'].map(
      (by): [string, Finding] => [
        `a task of ${by}`,
        { ...gateway, service: 'ecs', type: 'task', id: 'c/1', reason: `RUNNING, started by ${by}` },
      ],
    ),
    ['an automated snapshot', { ...bucket, service: 'rds', type: 'db-snapshot', id: 'rds:x-2026-01-31' }],
    ['the backup of a database that exists', { ...bucket, service: 'rds', type: 'automated-backup', reason: 'active' }],
    ['the secret of a database', { ...bucket, service: 'secretsmanager', type: 'secret', id: 'rds!db-1-AbCdEf' }],
    ['the interface of a task', { ...gateway, type: 'network-interface', reason: 'in-use, arn:aws:ecs:x' }],
    ['the volume of an instance', { ...gateway, type: 'volume', reason: 'in-use, 8 GiB' }],
  ])('%s', async (_, finding, changes = {}) => {
    const report = await Object.assign(world(finding), changes).hours(1);
    expect(report).toMatchObject({ orphans: [], unread: [] });
  });

  test.each(['RUNNING', 'RUNNING, started by ops', 'PENDING, started by my-service:api'])(
    'but a task that nothing of AWS’s has started is one, with its cost: %s',
    async (reason) => {
      const report = await world({ ...gateway, service: 'ecs', type: 'task', id: 'c/1', reason }).hours(1);
      expect(report?.orphans).toMatchObject([{ id: 'c/1', hourly: { usd: expect.any(Number) } }]);
    },
  );

  test('but a backup that its database has left is one, and so is a volume that nothing uses', async () => {
    const backup: Finding = { ...bucket, service: 'rds', type: 'automated-backup', reason: 'retained' };
    const report = await world(backup, { ...gateway, type: 'volume', reason: 'available, 8 GiB' }).hours(1);
    expect(report?.orphans).toHaveLength(2);
  });
});

describe('of what has a tag of AWS’s own,', () => {
  const instance: Finding = { ...gateway, type: 'instance', id: 'i-1', reason: 'running' };
  const snapshot: Finding = { ...gateway, type: 'snapshot', id: 'snap-1', reason: 'completed' };
  const secret: Finding = { ...bucket, service: 'secretsmanager', type: 'secret', id: 'redshift!x-AbCdEf' };
  const STACK = 'arn:aws:cloudformation:eu-west-1:1:stack/x/1';
  const state = new Set([
    ...['cloudcontrol AWS::AutoScaling::AutoScalingGroup workers', STACK, 'arn:aws:ec2:eu-west-1:1:fleet/fleet-1'],
    ...['arn:aws:elasticmapreduce:eu-west-1:1:cluster/j-1', 'arn:aws:dlm:eu-west-1:1:policy/policy-1'],
    'arn:aws:eks:eu-west-1:1:cluster/dev',
  ]);
  const managed: [string, Finding, string, string][] = [
    ['an instance of a group', instance, 'aws:autoscaling:groupName', 'workers'],
    ['an instance of a fleet', instance, 'aws:ec2:fleet-id', 'fleet-1'],
    ['an instance of EMR', instance, 'aws:elasticmapreduce:job-flow-id', 'j-1'],
    ['an instance of EKS', instance, 'eks:cluster-name', 'dev'],
    ['a gateway of a stack', gateway, 'aws:cloudformation:stack-id', STACK],
    ['a snapshot of a lifecycle policy', snapshot, 'aws:dlm:lifecycle-policy-id', 'policy-1'],
  ];
  const look = async (one: Finding, tags: Record<string, string>, known: Set<string>) =>
    (await Object.assign(world(one), { tags: { ...OWN, ...tags }, known }).hours(1))?.orphans.length;

  test.each(managed)('%s is none where the state knows that', async (_, one, key, value) => {
    expect(await look(one, { [key]: value }, state)).toBe(0);
  });

  test.each(managed)('%s is one where the state does not', async (_, one, key, value) => {
    expect(await look(one, { [key]: value }, new Set())).toBe(1);
    expect(await look(one, { [key]: value.slice(1) }, state)).toBe(1);
  });

  test.each<[string, Finding, Record<string, string>, number]>([
    ['a secret that a service owns', secret, { 'aws:secretsmanager:owningService': 'redshift' }, 0],
    ['a snapshot of AWS Backup', snapshot, { 'aws:backup:source-resource': 'arn:x' }, 0],
    ['what was restored from it', instance, { 'aws:backup:source-resource': 'arn:x' }, 1],
    [
      'an instance of a killed apply',
      instance,
      { 'aws:ec2launchtemplate:id': 'lt-1', 'aws:ec2launchtemplate:version': '1' },
      1,
    ],
    ['what has only the name of a stack', gateway, { 'aws:cloudformation:stack-name': 'x' }, 1],
    ['what nobody knows', gateway, { 'aws:new:thing': 'x' }, 1],
  ])('%s', async (_, one, tags, count) => {
    expect(await look(one, tags, state)).toBe(count);
  });
});

describe('what was not read is reported, and is no orphaned resource', () => {
  test('where the tagging API lists the tags of a resource that its own service says has none', async () => {
    const here = world({
      ...gateway,
      status: 'UNKNOWN',
      reason: `${NOT_ATTRIBUTED}: available; it does not have them now`,
    });
    const report = await here.hours(2);
    expect(report).toMatchObject({ orphans: [], unread: [{ id: 'nat-1', told: true }] });
    expect(here.told).toHaveLength(1);
  });

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
    expect(here.told[0]).toMatch(
      /^order-platform dev 123456789012 eu-west-1: nobody knows whether there are orphaned resources\n/,
    );
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

describe('a failure of one environment keeps no other from its turn, and is reported at the end:', () => {
  const broken = (port: 'publish' | 'readReport' | 'writeReport' | 'loadRecord', error: Error) => {
    const here = world(gateway);
    here.records = [aRecord(), aRecord({ environment: 'other' })];
    const ports = here.ports();
    const whole = ports[port] as (...values: unknown[]) => Promise<unknown>;
    const isDev = (one: unknown) =>
      typeof one === 'string' ? one.startsWith('dev') : Object(one).environment === 'dev';
    const part = async (...values: unknown[]) => {
      if (values.some(isDev)) throw error;
      return whole(...values);
    };
    return { here, ports: { ...ports, [port]: part } };
  };

  test.each(['publish', 'readReport', 'writeReport', 'loadRecord'] as const)('%s', async (port) => {
    const { here, ports } = broken(port, sdkError('InvalidParameter', 400, 'too long'));
    for (let hour = 0; hour < 3; hour += 1) {
      const look = findOrphans(ports);
      if (port === 'publish' && hour === 0) await look;
      else await expect(look).rejects.toThrow(/failed: dev: InvalidParameter: too long$/);
      here.now += HOUR;
    }
    expect(here.told.map((one) => one.split(' ')[1])).toEqual(['other']);
    expect(here.reports.get('other')?.at).toBe('2026-01-31T14:47:00Z');
  });

  test('a fault of ours', async () => {
    const { here, ports } = broken('loadRecord', new TypeError('x is undefined'));
    await expect(findOrphans(ports)).rejects.toThrow(TypeError);
    expect(here.reports.has('other')).toBe(true);
  });

  test('what could not be reported is reported when that is possible, and is not looked at first', async () => {
    const { here, ports } = broken('publish', sdkError('InvalidParameter', 400));
    await findOrphans(ports);
    here.now += HOUR;
    await expect(findOrphans(ports)).rejects.toThrow();
    expect(here.reports.get('dev')).toMatchObject({ at: '2026-01-31T13:47:00Z', orphans: [{ told: false }] });
    here.now += HOUR;
    await here.look();
    expect(here.told.map((one) => one.split(' ')[1])).toEqual(['other', 'dev']);
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

describe('two regions may each have one of a name', () => {
  const there = (type: string, id: string): Finding => ({
    ...{ ...gateway, service: 'cloudcontrol', type, id },
    arn: `arn:aws:ec2:us-east-1:123456789012:x/${id}`,
  });
  const here = (type: string, id: string): Finding => ({
    ...there(type, id),
    arn: `arn:aws:ec2:eu-west-1:123456789012:x/${id}`,
  });

  test('and the second one is reported, although the first one was', async () => {
    const one = world(here('queue', 'q'));
    await one.hours(3);
    expect(one.told).toHaveLength(1);
    one.findings.push(there('queue', 'q'));
    await one.hours(3);
    expect(one.told).toHaveLength(2);
    expect(one.reports.get('dev')?.orphans).toHaveLength(2);
  });

  test('and what the state has in the environment’s region says nothing of the other', async () => {
    const one = world(there('queue', 'q'));
    one.known = new Set(['cloudcontrol queue q', 'q', 'arn:aws:ec2:eu-west-1:123456789012:x/q']);
    expect((await one.hours(1))?.orphans).toHaveLength(1);
    one.known.add(there('queue', 'q').arn ?? '');
    expect((await one.hours(1))?.orphans).toEqual([]);
  });
});
