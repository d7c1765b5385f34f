import { Writable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { TimelineEvent } from '../../cli/timeline-event.ts';
import { watch } from '../../cli/watch.ts';
import { checkResult, liveRecord } from './machines/support/functions.ts';
import { startRunbook } from './machines/support/runbook.ts';
import { named } from './machines/support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => runbook.reset());
afterAll(() => runbook.stop());

type Machine = Parameters<typeof runbook.start>[0];

async function watched(machine: Machine, input: object) {
  const events: TimelineEvent[] = [];
  let text = '';
  const stream = new Writable({
    write(chunk, _, done) {
      text += String(chunk);
      done();
    },
  });
  const executionArn = await runbook.start(machine, input);
  const onEvent = (event: TimelineEvent) => events.push(event);
  const end = await watch(runbook.sfn, executionArn, stream, { intervalMs: 20, onEvent });
  /** The times are removed. */
  const lines = text.split('\n').map((line) => line.replace(/^[\d:]{8} {2}/, '').replace(/ [\d.]+ s\b/, ''));
  return { end, events, lines, text };
}

const words = (line: string) => line.trim().split(/\s{2,}/);

describe('watching the machines', () => {
  test('provision: every step of its own and of the validation in it, and what each check observed', async () => {
    const { end, lines, events } = await watched('provision', { environment: 'dev' });
    expect(end).toMatchObject({ status: 'SUCCEEDED' });
    const steps = lines.map(words).filter(([, , outcome]) => outcome === '✓');
    expect(steps.map(([machine, state]) => `${machine} ${state}`)).toEqual(
      expect.arrayContaining([
        'provision Check request',
        'provision Plan and apply',
        'validate Check ALB health',
        'validate Write evidence',
        'validate SUCCEEDED',
        'provision Validate environment',
        'provision SUCCEEDED',
      ]),
    );
    expect(lines.filter((line) => /^validate .* ✓ +all is well$/.test(line))).toHaveLength(7);
    expect(lines.filter((line) => /✗|!/.test(line))).toEqual([]);
    expect(lines.find((line) => line.includes('evidence  s3://control/'))).toBeDefined();
    // Each state that was entered was left, once.
    const visits = (status: string) =>
      events
        .filter((event) => event.state && event.status === status)
        .map(({ execution, state }) => `${execution.name} ${state?.id}`);
    const left = events.filter(({ state, status }) => state && (status === 'succeeded' || status === 'failed'));
    expect(left).toHaveLength(new Set(visits('entered')).size);
  });

  test('validate: what kept a check from passing, each time that it says something else', async () => {
    runbook.world.records.set('dev', liveRecord('dev'));
    runbook.world.functions['check-alb-health'] = (_, call) => {
      const observed = call < 3 ? '503 from the target' : '502 from the target';
      throw named('NotReadyError', JSON.stringify({ ...checkResult('alb-health', 'failed'), observed }));
    };
    const { end, lines } = await watched('validate', { environment: 'dev' });
    expect(end).toMatchObject({ status: 'FAILED', checks: expect.any(Array) });
    expect(end?.checks).toHaveLength(7);
    expect(end?.checks.find(({ check }) => check === 'alb-health')).toMatchObject({ status: 'failed' });
    const retries = lines.filter((line) => line.includes('↻')).map((line) => words(line).slice(1));
    expect(retries[0]).toEqual(['Check ALB health', '↻ attempt 1', '503 from the target']);
    expect(lines.find((line) => /✗ alb-health +50[23] from the target/.test(line))).toBeDefined();
  });

  test('teardown: the sweep in it, and its verdict', async () => {
    runbook.world.records.set('dev', liveRecord('dev'));
    runbook.world.schedules.clear();
    const { end, lines } = await watched('teardown', { environment: 'dev' });
    expect(end?.status).toBe('SUCCEEDED');
    expect(lines.map(words)).toContainEqual(expect.arrayContaining(['sweep', 'First pass', '✓']));
    expect(lines.find((line) => /^ +CLEAN /.test(line))).toBeDefined();
    // An absent schedule causes no warning when it is cancelled.
    expect(lines.filter((line) => /[✗!]/.test(line))).toEqual([]);
  });
});
