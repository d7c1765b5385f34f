import { describe, expect, test } from 'vitest';
import { type LogLine, type WorkerLogs, workerLogs } from '../../../../../lambdas/validation/checks/worker-logs.ts';

const NOW = Date.parse('2026-01-31T12:00:00Z');
const MINUTE = 60_000;
const line = (minutesAgo: number, message = '{"level":"info","msg":"polling"}'): LogLine => ({
  at: NOW - minutesAgo * MINUTE,
  stream: 's',
  message,
});
const errors = (...minutesAgo: number[]) => minutesAgo.map((one) => line(one, '{"level":"error","msg":"boom"}'));
const good: WorkerLogs = {
  group: '/ecs/x/worker',
  exists: true,
  now: NOW,
  deployedAt: NOW - 60 * MINUTE,
  streams: ['worker/worker/1'],
  recent: [line(1)],
  suspects: [],
  incomplete: false,
};

const rows: [string, Partial<WorkerLogs>, string, RegExp][] = [
  ['fresh and without errors', {}, 'passed', /60 s old; 0 error/],
  ['a clock that is ahead', { recent: [line(-2)] }, 'passed', /0 s old/],
  ['a few errors, spread out', { suspects: errors(50, 40, 30, 20, 10) }, 'passed', /5 errors.*boom/],
  ['four errors at once', { suspects: errors(5, 5, 4, 4) }, 'passed', /4 error/],
  ['five errors within five minutes', { suspects: errors(9, 8, 7, 6, 5) }, 'failed', /5 errors within 5 minutes.*boom/],
  ['an old burst since the deployment', { suspects: errors(50, 50, 50, 50, 50, 1) }, 'failed', /5 errors/],
  [
    'lines that only look like errors',
    { suspects: Array(9).fill(line(1, '{"level":"info","msg":"no error"}')) },
    'passed',
    /0 error/,
  ],
  ['no log group', { exists: false }, 'failed', /does not exist/],
  ['no event at all', { recent: [] }, 'not-ready', /no event/],
  ['only an old event', { recent: [line(16)] }, 'not-ready', /no event of the last 15/],
  [
    'no event, as far as was read',
    { recent: [], recentIncomplete: true },
    'unknown',
    /did not end in time: .* not known/,
  ],
  ['an old event, as far as was read', { recent: [line(16)], recentIncomplete: true }, 'unknown', /not known/],
  ['an event, as far as was read', { recentIncomplete: true }, 'passed', /60 s old/],
  ['a deployment of last week', { deployedAt: NOW - 7 * 24 * 60 * MINUTE }, 'passed', /0 errors in the last 24 hours/],
  ['more than could be read', { incomplete: true }, 'unknown', /more log events/],
  ['a burst in what could be read', { incomplete: true, suspects: errors(1, 1, 1, 1, 1) }, 'failed', /5 errors/],
];

describe('worker logs', () => {
  test.each(rows)('%s', (_name, changes, status, observed) => {
    expect(workerLogs({ ...good, ...changes })).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test('counts no errors of a log group that does not exist', () => {
    const { evidence } = workerLogs({ ...good, exists: false });
    expect(evidence).toEqual({ group: good.group, exists: false });
  });

  test('no deployment to count errors from', () => {
    const { deployedAt: _, ...unknown } = good;
    expect(workerLogs(unknown).status).toBe('unknown');
  });
});
