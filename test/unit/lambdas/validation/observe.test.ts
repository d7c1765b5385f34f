import { describe, expect, test, vi } from 'vitest';
import type { EcsService } from '../../../../lambdas/validation/checks/ecs-services.ts';
import type { QueueCounts } from '../../../../lambdas/validation/checks/sqs-backlog.ts';
import { observeBackend } from '../../../../lambdas/validation/observe-backend.ts';
import { observeImages } from '../../../../lambdas/validation/observe-images.ts';
import { observeLoadBalancer } from '../../../../lambdas/validation/observe-load-balancer.ts';
import { type LogsPort, observeLogs } from '../../../../lambdas/validation/observe-logs.ts';
import { observeQueues } from '../../../../lambdas/validation/observe-queues.ts';
import { observeServices } from '../../../../lambdas/validation/observe-services.ts';
import {
  ADDRESS,
  aRecord,
  aRequest,
  aService,
  fakeClock,
  outputs,
  serviceArn,
  taskDefinitions,
} from '../support/fixtures.ts';

const describeServices = async (_cluster: string, names: readonly string[]) => names.map((name) => aService(name));

const [PRIMARY] = aService('a').deployments as [EcsService['deployments'][number]];

const applying = (applied: Record<string, string>) =>
  aRequest({ machine: 'validate', record: aRecord({ taskDefinitions: applied }) });

describe('services', () => {
  test('whose tasks have been up for long are looked at once', async () => {
    const ecs = { describeServices: vi.fn(describeServices) };
    expect((await observeServices(outputs, applying(taskDefinitions), ecs, fakeClock())).status).toBe('passed');
    expect(ecs.describeServices).toHaveBeenCalledTimes(1);
  });

  test('whose tasks have just started pass when those have stayed up', async () => {
    const clock = fakeClock();
    const runningTasks = [{ task: 't', taskDefinition: 't', startedAt: clock.now() - 500 }];
    const ecs = { describeServices: async () => [aService(outputs.api_service_name, { runningTasks })] };
    expect(await observeServices(outputs, applying(taskDefinitions), ecs, clock)).toMatchObject({
      status: 'passed',
      observed: expect.stringMatching(/up for 6 s/),
    });
    expect(clock.slept).toBe(5_500);
  });

  test('whose tasks are replaced again and again do not pass', async () => {
    const clock = fakeClock();
    const describeServices = async () => [
      aService(outputs.api_service_name, {
        runningTasks: [{ task: 't', taskDefinition: 't', startedAt: clock.now() - (clock.slept % 3_000) }],
      }),
    ];
    expect((await observeServices(outputs, applying(taskDefinitions), { describeServices }, clock)).status).toBe(
      'not-ready',
    );
    expect(clock.slept).toBeLessThan(10_000);
  });

  test('that run what Terraform did not apply do not pass', async () => {
    const ecs = { describeServices };
    const applied = { ...taskDefinitions, [serviceArn(outputs.worker_service_name)]: 'other' };
    expect((await observeServices(outputs, applying(applied), ecs, fakeClock())).status).toBe('failed');
    expect((await observeServices(outputs, applying({}), ecs, fakeClock())).status).toBe('unknown');
  });

  test('that have failed are not looked at again', async () => {
    const ecs = { describeServices: vi.fn(async () => [aService('a', { status: 'MISSING' })]) };
    expect((await observeServices(outputs, applying(taskDefinitions), ecs, fakeClock())).status).toBe('failed');
    expect(ecs.describeServices).toHaveBeenCalledTimes(1);
  });
});

describe('load balancer', () => {
  const targets = [{ id: ADDRESS, state: 'healthy' }];
  const targetGroup = async () => ({
    loadBalancers: [{ arn: 'alb', dnsName: outputs.alb_dns_name }],
    ...{ path: '/actuator/health', codes: '200' },
  });
  const rulesOf = vi.fn(async () => [
    { priority: 1, conditions: [], actions: ['forward'], groups: [outputs.api_target_group_arn] },
  ]);
  const up = { kind: 'answer' as const, status: 200, body: '{"status":"UP"}', address: 'a', ms: 1 };

  test('is asked for its health', async () => {
    const http = vi.fn(async () => up);
    const port = { targetGroup, rulesOf, targetHealth: async () => targets };
    expect((await observeLoadBalancer(outputs, port, { describeServices }, http)).status).toBe('passed');
    expect(http).toHaveBeenCalledWith(
      expect.objectContaining({ host: outputs.alb_dns_name, path: '/actuator/health' }),
    );
  });

  test('is asked for the path of its own health check', async () => {
    const http = vi.fn(async () => ({ ...up, body: 'well' }));
    const ofPath = async () => ({ ...(await targetGroup()), path: '/healthz' });
    const port = { targetGroup: ofPath, rulesOf, targetHealth: async () => targets };
    const { status, expected } = await observeLoadBalancer(outputs, port, { describeServices }, http);
    expect({ status, expected }).toMatchObject({ status: 'passed', expected: expect.stringContaining('/healthz') });
    expect(http).toHaveBeenCalledWith(expect.objectContaining({ path: '/healthz' }));
  });

  test('that sends requests to another’s address does not pass', async () => {
    const targetHealth = async () => [{ id: '10.0.9.99', state: 'healthy' }];
    const port = { targetGroup, rulesOf, targetHealth };
    const { status, observed } = await observeLoadBalancer(outputs, port, { describeServices }, async () => up);
    expect({ status, observed }).toMatchObject({
      status: 'not-ready',
      observed: expect.stringContaining('10.0.9.99 is no running task'),
    });
  });

  test.each([[['stranger.example.com']], [[]], [undefined]])(
    'of a name that is not its own is not asked: %s',
    async (names) => {
      const http = vi.fn(async () => up);
      const loadBalancers = names?.map((dnsName) => ({ arn: 'alb', dnsName }));
      const named = async () => loadBalancers && { loadBalancers, path: '/', codes: '200' };
      const port = { targetGroup: named, rulesOf, targetHealth: async () => targets };
      expect((await observeLoadBalancer(outputs, port, { describeServices }, http)).status).toBe('failed');
      expect(http).not.toHaveBeenCalled();
    },
  );
});

describe('queues', () => {
  const zero = { visible: 0, inFlight: 0, delayed: 0 };
  const look = async (
    series: (QueueCounts | undefined)[],
    dead: QueueCounts | QueueCounts[] | undefined = zero,
    worker: Partial<EcsService> = { running: 0, runningTasks: [] },
  ) => {
    const clock = fakeClock();
    let calls = 0;
    const deads = [dead].flat();
    const nextDead = () => (deads.length > 1 ? deads.shift() : deads[0]);
    const result = await observeQueues(
      outputs,
      {
        queueCounts: async (url) =>
          url === outputs.order_events_dlq_url ? nextDead() : series[Math.min(calls++, series.length - 1)],
      },
      { describeServices: async (_cluster, [name = '']) => [aService(name, worker)] },
      clock,
    );
    return { status: result.status, observed: result.observed, calls, slept: clock.slept };
  };

  test('are sampled until they stay empty', async () => {
    expect(await look([{ ...zero, visible: 2 }, zero])).toMatchObject({ status: 'passed', calls: 6 });
  });

  test('that do not drain are given up within the time of an invocation', async () => {
    const { status, slept } = await look([{ ...zero, visible: 2 }]);
    expect(status).toBe('not-ready');
    expect(slept).toBeLessThan(100_000);
  });

  const waiting = { ...zero, visible: 1 };

  test('from which a steady worker takes nothing have failed', async () => {
    expect(await look([waiting], zero, {})).toMatchObject({
      status: 'failed',
      observed: expect.stringMatching(/not falling; .* runs 1 task, and has taken no message in 6\d s/),
    });
  });

  test('whose worker has failed are not waited for', async () => {
    const { status, observed, slept } = await look([waiting], zero, { status: 'MISSING', runningTasks: [] });
    expect({ status, observed }).toMatchObject({ status: 'failed', observed: expect.stringMatching(/MISSING/) });
    expect(slept).toBeLessThan(16_000);
  });

  test.each([
    ['that fall slowly', Array.from({ length: 40 }, (_, index) => ({ ...zero, visible: 20 - Math.floor(index / 3) }))],
    ['with messages in flight', [{ ...waiting, inFlight: 1 }]],
  ])('%s are waited for, whatever ECS says', async (_, series) => {
    expect((await look(series, zero, {})).status).toBe('not-ready');
  });

  test('that wait for a message of a task that died are waited for, when another task runs', async () => {
    const stop = { task: 't', stoppedAt: 5_000, stopCode: 'EssentialContainerExited', reason: 'x', containers: [] };
    const inFlight = { ...zero, inFlight: 1 };
    expect((await look([inFlight], zero, { stopped: [stop, stop] })).status).toBe('not-ready');
  });

  test('whose worker AWS took away twice are waited for', async () => {
    const reason = 'Your Spot Task was interrupted.';
    const stop = { task: 't', stoppedAt: 5_000, stopCode: 'SpotInterruption', reason, containers: [] };
    const inFlight = { ...zero, inFlight: 1 };
    expect((await look([inFlight], zero, { stopped: [stop, stop], runningTasks: [] })).status).toBe('not-ready');
  });

  test('with dead letters are not waited for', async () => {
    expect(await look([zero], { ...zero, visible: 1 })).toMatchObject({ status: 'failed', calls: 1 });
  });

  test('in steady use pass, though never empty for long', async () => {
    const totals = [2, 0, 2, 0, 3, 1, 1, 2, 1, 2, 2, 1];
    const { status, calls, slept } = await look(
      Array.from({ length: 500 }, (_, index) => ({ ...zero, visible: totals[index % totals.length] ?? 0 })),
      zero,
      {},
    );
    expect({ status, calls }).toEqual({ status: 'passed', calls: 12 });
    expect(slept).toBeLessThan(20_000);
  });

  test('whose dead letters are counted late have failed', async () => {
    const dead = [zero, zero, { ...zero, visible: 1 }];
    expect(await look([zero], dead)).toMatchObject({ status: 'failed', calls: 3 });
  });

  test('that vanish have failed', async () => {
    expect((await look([zero, undefined])).status).toBe('failed');
  });
});

describe('logs', () => {
  const logs = (exists: boolean, lines: string[] = []) => ({
    logGroupExists: async () => exists,
    newestStreams: async () => ['s'],
    findLines: vi.fn(async ({ pattern }: { pattern?: string }) => ({
      lines: (pattern ? lines : ['{"level":"info"}']).map((message) => ({
        at: fakeClock().now(),
        stream: 's',
        message,
      })),
      incomplete: false,
      pages: 1,
    })),
  });

  /** The log has one line an hour. A search takes a second a page, and `hours` pages for each hour of the log. */
  const large = (message: (hoursAgo: number) => string, hours: number, clock = fakeClock()) => {
    const begun = clock.now();
    const searches: { hours: number[]; budgetMs: number }[] = [];
    return {
      clock,
      searches,
      logGroupExists: async () => true,
      newestStreams: async () => ['s'],
      findLines: async (query: Parameters<LogsPort['findLines']>[0]) => {
        if (!query.pattern) return { lines: [{ at: begun, stream: 's', message: '{}' }], incomplete: false, pages: 1 };
        const ago = (at: number) => Math.round((begun - at) / 3_600_000);
        const { since, until = begun, budgetMs = 0 } = query;
        searches.push({ hours: [ago(until), ago(since)], budgetMs });
        const wanted = (ago(since) - ago(until)) * hours;
        const pages = Math.max(0, Math.min(wanted, Math.floor(budgetMs / 1_000)));
        await clock.sleep(pages * 1_000);
        const line = { at: until, stream: 's', message: message(ago(until)) };
        return { lines: pages > 0 ? Array(6).fill(line) : [], incomplete: pages < wanted, pages };
      },
    };
  };
  const old = async (_cluster: string, [name = '']: readonly string[]) => [
    aService(name, { deployments: [{ ...PRIMARY, createdAt: fakeClock().now() - 14 * 24 * 3_600_000 }] }),
  ];

  test('of a fortnight are read for a day, the newest hour first, within a bound', async () => {
    const port = large(() => '{"level":30}', 0.1);
    const result = await observeLogs(outputs, port, { describeServices: old }, port.clock);
    expect(result).toMatchObject({
      status: 'passed',
      observed: expect.stringMatching(/0 errors in the last 24 hours/),
    });
    expect(port.searches.map(({ hours }) => hours)).toEqual([
      [0, 1],
      [1, 6],
      [6, 24],
    ]);
  });

  test('that are too many to read are unknown, and the search says what it cost', async () => {
    const port = large(() => '{"level":30}', 10);
    const result = await observeLogs(outputs, port, { describeServices: old }, port.clock);
    expect(result).toMatchObject({
      status: 'unknown',
      observed: expect.stringMatching(/could be read: .* after 20 pages in 20 s/),
      evidence: { searched: { pages: 20, ms: 20_000, finished: false } },
    });
    expect(port.searches.every(({ budgetMs }) => budgetMs <= 20_000)).toBe(true);
  });

  test('with a burst in what could be read have failed, and are not read on', async () => {
    const port = large((ago) => (ago < 1 ? '{"level":50,"msg":"boom"}' : '{"level":30}'), 10);
    const result = await observeLogs(outputs, port, { describeServices: old }, port.clock);
    expect(result).toMatchObject({ status: 'failed', observed: expect.stringMatching(/6 errors within 5 minutes/) });
    expect(port.searches).toHaveLength(1);
  });

  test('whose newest event could not be searched for to the end are unknown, not stale', async () => {
    const port = { ...logs(true), findLines: async () => ({ lines: [], incomplete: true, pages: 9 }) };
    expect(await observeLogs(outputs, port, { describeServices }, fakeClock())).toMatchObject({
      status: 'unknown',
      observed: expect.not.stringMatching(/has no event/),
    });
  });

  test('are read since the deployment, a day at most', async () => {
    const port = logs(true);
    expect((await observeLogs(outputs, port, { describeServices }, fakeClock())).status).toBe('passed');
    const since = fakeClock().now() - 24 * 3_600_000;
    expect(port.findLines).toHaveBeenCalledWith(expect.objectContaining({ since, pattern: expect.any(String) }));
  });

  test('that are missing are not read', async () => {
    const port = logs(false);
    expect((await observeLogs(outputs, port, { describeServices }, fakeClock())).status).toBe('failed');
    expect(port.findLines).not.toHaveBeenCalled();
  });

  test('full of errors have failed', async () => {
    const port = logs(true, Array(6).fill('{"level":"error","msg":"boom"}'));
    expect((await observeLogs(outputs, port, { describeServices }, fakeClock())).status).toBe('failed');
  });
});

describe('images', () => {
  const registry = outputs.ecr_api_repository_url.split('/')[0];
  const ours = `${registry}/order-platform-dev-v3-{name}`;
  const TAG = 'sha256:1';
  interface Given {
    name: string;
    image: string;
    digest?: string;
    status?: string;
  }
  const main: Given = { name: 'main', image: `${ours}@${TAG}` };
  /** Observes both services. Every task of them has these containers, of which `main` is essential. */
  const look = async (containers: Given[], lastStatus = 'RUNNING', platforms: string[] = []) => {
    const platformDigests = vi.fn(async () => platforms);
    const conclusion = await observeImages(
      outputs,
      aRequest({ commit: 'abcdef1' }),
      { taggedImage: async () => ({ kind: 'found', digest: TAG }), platformDigests },
      {
        describeServices,
        essentialContainers: async () => ['main'],
        serviceTasks: async (_cluster, service) => [
          {
            taskArn: 't',
            taskDefinitionArn: 'd',
            lastStatus,
            containers: containers.map(({ name, image, digest = TAG, status = lastStatus }) => ({
              name,
              image: image.replace('{name}', service.includes('api') ? 'api' : 'worker'),
              imageDigest: digest,
              lastStatus: status,
            })),
          },
        ],
      },
    );
    return { ...conclusion, platformDigests };
  };

  test.each<[string, Given[], string]>([
    ['by digest', [main], 'passed'],
    ['by tag', [{ ...main, image: `${ours}:abcdef1` }], 'passed'],
    ['beside a sidecar', [{ name: 'side', image: 'public.ecr.aws/side:1', digest: 'sha256:s' }, main], 'passed'],
    [
      'after an initial container of another tag has ended',
      [{ name: 'migrate', image: `${ours}:migrate`, digest: 'sha256:m', status: 'STOPPED' }, main],
      'passed',
    ],
    ['of a repository with a longer name', [{ ...main, image: `${ours}-old@${TAG}` }], 'failed'],
    ['of another registry', [{ ...main, image: `docker.io/order-platform-dev-v3-{name}@${TAG}` }], 'failed'],
    [
      'of the repository, but in a container that is not essential',
      [
        { ...main, image: 'docker.io/other@x' },
        { name: 'side', image: `${ours}@${TAG}` },
      ],
      'failed',
    ],
    ['of another digest', [{ ...main, digest: 'sha256:2' }], 'failed'],
    ['in a container that has just ended', [{ ...main, status: 'STOPPED' }], 'not-ready'],
  ])('that run %s', async (_name, containers, status) => {
    expect((await look(containers)).status).toBe(status);
  });

  test('of the platform in the index that the tag names run too', async () => {
    const running = [{ ...main, digest: 'sha256:arm' }];
    expect((await look(running, 'RUNNING', ['sha256:amd', 'sha256:arm'])).status).toBe('passed');
    expect((await look(running, 'RUNNING', ['sha256:amd'])).status).toBe('failed');
  });

  test('that run as tagged are not looked up in an index', async () => {
    expect((await look([main])).platformDigests).not.toHaveBeenCalled();
  });

  test('of tasks that are still starting do not run', async () => {
    expect(await look([main], 'PENDING')).toMatchObject({
      status: 'not-ready',
      observed: expect.stringMatching(/no task runs an image/),
    });
  });
});

describe('backend', () => {
  const bucket = {
    bucketExists: async () => true,
    objectExists: async () => true,
    versioning: async () => 'Enabled',
    encryption: async () => ['AES256'],
    openToPublic: async () => [],
  };
  const table = async () => ({ status: 'ACTIVE', hashKey: 'LockID' });

  test('is read whole', async () => {
    expect((await observeBackend(aRequest(), bucket, table)).status).toBe('passed');
  });

  test('without a bucket is not asked about it', async () => {
    const gone = { ...bucket, bucketExists: async () => false, versioning: vi.fn() };
    expect((await observeBackend(aRequest(), gone, table)).status).toBe('failed');
    expect(gone.versioning).not.toHaveBeenCalled();
  });
});
