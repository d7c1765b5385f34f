import { describe, expect, test } from 'vitest';
import { journey, lookupsOfJourney } from '../../../../lambdas/contracts/journeys.ts';
import { lookupKey } from '../../../../lambdas/contracts/resource-checks.ts';
import { InputError } from '../../../../lambdas/runtime/errors.ts';
import type { HttpObservation } from '../../../../lambdas/validation/checks/alb-health.ts';
import { observeJourney } from '../../../../lambdas/validation/observe-journey.ts';
import type { HttpPort } from '../../../../lambdas/validation/observe-load-balancer.ts';
import { aRecord, aRequest, fakeClock, PREFIX } from '../support/fixtures.ts';

/** A journey that a configuration lists: a job is posted, done by a function, and its message is deleted. */

const JOBS = {
  request: {
    of: { output: 'api_url' },
    path: '/jobs',
    headers: { 'x-tenant': 'runbook' },
    body: { by: 'runbook {run}', tags: ['{correlationId}', 1], deep: { n: null } },
    status: 201,
    id: 'job.id',
  },
  readBack: { path: '/jobs/{id}', id: 'id', state: 'state', until: 'done', failed: ['broken'], reason: 'why' },
  logs: [{ name: 'worked', group: '/aws/lambda/{prefix}-work', contains: 'job {id} taken' }],
  queue: { of: { address: 'aws_sqs_queue.jobs' }, deadLetters: { address: 'aws_sqs_queue.dead' } },
};
type Jobs = typeof JOBS;
const parse = (changes: object = {}) => journey.parse({ ...JOBS, ...changes });

interface World {
  url?: string;
  states?: string[];
  post?: Partial<HttpObservation & { kind: 'answer' }>;
  id?: unknown;
  readId?: unknown;
  line?: (id: string, correlationId: string) => string;
  queue?: number[];
  dead?: number[];
  targets?: Record<string, { address: string; type: string; id: string }[]>;
}

async function follow(world: World = {}, changes: object = {}, orders = 1) {
  const { url = 'https://x1.execute-api.eu-west-1.amazonaws.com/live/', states = ['queued', 'done'] } = world;
  const { queue = [0], dead = [0], line = (id, correlation) => `job ${id} taken ${correlation}` } = world;
  const clock = fakeClock();
  const reads: Record<string, number> = {};
  const next = <T>(key: string, list: readonly T[]): T => {
    reads[key] = (reads[key] ?? -1) + 1;
    return list[Math.min(reads[key], list.length - 1)] as T;
  };
  const calls: Parameters<HttpPort>[0][] = [];
  const searched: string[] = [];
  const correlations: string[] = [];
  const answer = (status: number, body: unknown): HttpObservation => ({
    ...{ kind: 'answer', status, body: JSON.stringify(body), address: '203.0.113.1', ms: 1 },
  });
  const http: HttpPort = async (call) => {
    calls.push(call);
    if (call.method !== 'POST') {
      const id = decodeURIComponent(call.path.split('/').at(-1) ?? '');
      return answer(200, { id: world.readId ?? id, state: next(`state ${id}`, states), why: 'no ink' });
    }
    correlations.push(call.headers?.['x-correlation-id'] ?? '');
    return {
      ...answer(201, { job: { id: world.id ?? `j ${correlations.length}` } }),
      ...world.post,
    } as HttpObservation;
  };
  const conclusion = await observeJourney(
    parse(changes),
    aRequest({ machine: 'validate', orders, record: aRecord({ targets: world.targets ?? targetsOf(url, changes) }) }),
    {
      http,
      logs: {
        findLines: async ({ group }) => {
          searched.push(group);
          const lines = correlations.map((one, n) => ({
            at: clock.now(),
            stream: 's',
            message: line(`j ${n + 1}`, one),
          }));
          return { lines, incomplete: false, pages: 1 };
        },
      },
      queues: {
        queueCounts: async (of) => ({
          visible: of === 'https://sqs/dead' ? next('dead', dead) : next('queue', queue),
          ...{ inFlight: 0, delayed: 0 },
        }),
      },
      clock,
    },
  );
  return { conclusion, calls, searched: [...new Set(searched)], correlations };
}

function targetsOf(url: string, changes: object) {
  const ids: Record<string, string> = {
    http: url,
    'sqs aws_sqs_queue.jobs': 'https://sqs/jobs',
    'sqs aws_sqs_queue.dead': 'https://sqs/dead',
  };
  return Object.fromEntries(
    lookupsOfJourney(parse(changes)).map((one) => {
      const key = lookupKey(one);
      return [key, [{ address: 'x.x', type: 'x', id: ids[key] ?? ids[one.kind] ?? '' }]];
    }),
  );
}

const silent = () => 'something else';
const without = (key: keyof Jobs) => ({ [key]: undefined });
const underway = { readBack: { ...JOBS.readBack, underway: ['queued'] } };
const confirmed = { readBack: { ...JOBS.readBack, confirmedBy: { group: '/x/{prefix}', contains: 'job {id} done' } } };

test.each<[name: string, world: World, changes: object, status: string, observed: RegExp]>([
  [
    'all of it',
    {},
    {},
    'passed',
    /^request j 1 stored .*; request j 1 worked .*; request j 1 queued → done .*; messages deleted, by the queue's counts alone \(queue 0 before, 0 after\)$/,
  ],
  ['a queue that needs a while', { queue: [2, 3, 3, 2] }, {}, 'passed', /queue 2 before, 2 after/],
  ['a queue that is back once only', { queue: [0, 1, 0, 1, 1] }, {}, 'not-ready', /messages remain/],
  ['a dead letter', { dead: [0, 1] }, {}, 'failed', /dead-letter queue grew by 1/],
  ['no queue', {}, without('queue'), 'passed', /queued → done [^;]*$/],
  ['no logs and no queue', { line: silent }, { ...without('logs'), ...without('queue') }, 'passed', /done/],
  ['a failed state', { states: ['broken'] }, {}, 'failed', /is broken: no ink/],
  ['another state, of which nothing is known', { states: ['paused'] }, {}, 'not-ready', /no further than paused/],
  ['another state, where all are known', { states: ['paused'] }, underway, 'failed', /unknown status paused/],
  ['no line', { line: silent }, {}, 'not-ready', /request j 1 is not in \/aws\/lambda\/order-platform-dev-v3-work/],
  ['the line of another', { line: (id) => `job ${id} taken runbook-x` }, {}, 'not-ready', /is not in/],
  [
    'a line of another step',
    { line: (_, correlation) => `job j 2 taken ${correlation}` },
    {},
    'not-ready',
    /is not in/,
  ],
  [
    'no line that confirms the end',
    {},
    confirmed,
    'not-ready',
    /is done, but \/x\/order-platform-dev-v3 does not say so/,
  ],
  [
    'a line that confirms the end',
    { line: (id, correlation) => `job ${id} taken, job ${id} done ${correlation}` },
    confirmed,
    'passed',
    /done/,
  ],
  ['another status', { post: { status: 200 } }, {}, 'failed', /was answered 200/],
  ['a failure of the server', { post: { status: 503 } }, {}, 'not-ready', /was answered 503/],
  ['no id', { post: { body: '{}' } }, {}, 'failed', /was answered 201/],
  ['HTML', { post: { body: '<p>' } }, {}, 'failed', /was answered 201/],
  ['a read of something else', { readId: 'j 7' }, {}, 'not-ready', /was not read back/],
])('%s', async (_, world, changes, status, observed) => {
  const { conclusion } = await follow(world, changes);
  expect(conclusion).toMatchObject({ status, observed: expect.stringMatching(observed) });
});

const bare = { ...without('logs'), ...without('queue') };

test.each([
  ['the same id for two requests', { id: 'j 1' }, bare, 2, 'failed', /was answered with the id of another request/],
  ['the id of an earlier validation', { id: 'j 1' }, bare, 1, 'failed', /with the id of another request: give each/],
  ['an id each', {}, bare, 3, 'passed', /done/],
] as const)('an answer with %s', async (_, world, changes, requests, status, observed) => {
  const { conclusion } = await follow(world, changes, requests);
  expect(conclusion).toMatchObject({ status, observed: expect.stringMatching(observed) });
});

test.each([
  ['in no log', bare, 1, 2],
  ['in no log, with more of them', bare, 3, 3],
  ['in the log of a step', without('queue'), 1, 1],
  ['in the log that confirms the end', { ...bare, ...confirmed }, 1, 1],
] as const)('a journey whose correlation id is %s', async (_, changes, orders, sent) => {
  expect((await follow({}, changes, orders)).correlations).toHaveLength(sent);
});

describe('a request', () => {
  test('goes to the endpoint of the state, with values of its own', async () => {
    const { calls, correlations, searched, conclusion } = await follow();
    const host = 'x1.execute-api.eu-west-1.amazonaws.com';
    expect(calls[0]).toEqual({
      ...{ host, scheme: 'https', path: '/live/jobs', method: 'POST' },
      headers: { 'x-tenant': 'runbook', 'content-type': 'application/json', 'x-correlation-id': correlations[0] },
      body: JSON.stringify({ by: `runbook ${aRequest().run}`, tags: [correlations[0], 1], deep: { n: null } }),
    });
    expect(calls[1]).toEqual({ host, scheme: 'https', path: '/live/jobs/j%201' });
    expect(searched).toEqual([`/aws/lambda/${PREFIX}-work`]);
    expect(conclusion.evidence).toMatchObject({ steps: ['stored', 'worked', 'processed', 'deleted'] });
    expect(conclusion.expected).toMatch(
      /^POST \/jobs is 201; .* until state is done; .* \(worked\); the queue is back/,
    );
  });

  test.each([
    ['http://plain.example/', 'http'],
    ['name.example', 'https'],
  ])('to %s is sent by %s', async (url, scheme) => {
    const { calls } = await follow({ url });
    expect(calls[0]?.scheme ?? 'http').toBe(scheme);
    expect(calls[0]?.path).toBe('/jobs');
  });

  test('is not the only one, where several are asked for', async () => {
    const { conclusion, correlations } = await follow({}, {}, 3);
    expect(conclusion.status).toBe('passed');
    expect(new Set(correlations).size).toBe(3);
  });

  test('may have a number for an id', async () => {
    const { calls } = await follow({ id: 7, readId: 7 });
    expect(calls[1]?.path).toBe('/live/jobs/7');
  });

  test.each<[name: string, targets: World['targets'], message: RegExp]>([
    ['unknown', {}, /does not say which resource "http output\.api_url" is: provision it again/],
    ['none', { 'http output.api_url': [] }, /is 0 resources/],
    ['two', { 'http output.api_url': [1, 2].map((n) => ({ address: 'x', type: 'x', id: `h${n}` })) }, /is 2 resources/],
  ])('is not sent while its endpoint is %s', async (_, targets, message) => {
    await expect(follow({ targets: targets ?? {} })).rejects.toThrow(InputError);
    await expect(follow({ targets: targets ?? {} })).rejects.toThrow(message);
  });
});

describe('a journey that cannot work is refused', () => {
  const request = (more: object) => ({ request: { ...JOBS.request, ...more } });
  const readBack = (more: object) => ({ readBack: { ...JOBS.readBack, ...more } });
  const [step] = JOBS.logs;
  test.each<[changes: object, message: RegExp]>([
    [request({ of: { output: 'a', address: 'b.c' } }), /either \\"output\\" or \\"address\\"/],
    [request({ path: 'jobs' }), /must begin with/],
    [request({ headers: { host: 'x' } }), /is set by the call itself/],
    [request({ headers: { 'X-Y': 'x' } }), /in lower case/],
    [request({ correlationHeader: 'content-type' }), /is set by the call itself/],
    [request({ status: 404 }), /status/],
    [readBack({ path: '/jobs' }), /must have \\"\{id\}\\"/],
    [readBack({ failed: ['done'] }), /must not have the state that is waited for/],
    [{ logs: [step, step] }, /two steps of one name/],
    [{ logs: [{ ...step, name: 'processed' }] }, /is the name of another step/],
    [{ logs: [{ ...step, impliedBy: 'later' }] }, /have no step \\"later\\" after it/],
    [{ logs: [{ ...step, group: '/aws/lambda/shop-prod-work' }] }, /with \\"\{prefix\}\\"/],
    [{ logs: [{ ...step, group: '/aws/*/{prefix}' }] }, /with \\"\{prefix\}\\"/],
    [{ colour: 'red' }, /colour/],
  ])('%j', (changes, message) => {
    const parsed = journey.safeParse({ ...JOBS, ...changes });
    expect(parsed.success).toBe(false);
    expect(JSON.stringify(parsed.error?.issues)).toMatch(message);
  });
});
