import type { GetExecutionHistoryCommand, HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { follow } from '../../../cli/follow.ts';
import type { TimelineEvent } from '../../../cli/timeline-event.ts';
import { arnOf, history, parallel, sequence } from './history.ts';

/** Returns a fake of Step Functions. A history grows by `growthOf` events at each request for its first page. */
function fakeSteps(histories: Record<string, readonly HistoryEvent[]>, growthOf = (_arn: string) => 4) {
  const visible = new Map<string, number>();
  const asked: string[] = [];
  let failure: (() => Error | undefined) | undefined;
  const client = {
    async send({ input }: GetExecutionHistoryCommand) {
      const { executionArn = '', nextToken, maxResults = 100, reverseOrder } = input;
      asked.push(executionArn);
      const error = failure?.();
      if (error) throw error;
      const all = histories[executionArn];
      if (!all || !reverseOrder) throw new Error('unexpected call');
      if (!nextToken)
        visible.set(executionArn, Math.min(all.length, (visible.get(executionArn) ?? 0) + growthOf(executionArn)));
      const newestFirst = all.slice(0, visible.get(executionArn)).reverse();
      const from = Number(nextToken ?? 0);
      const more = from + maxResults < newestFirst.length;
      return {
        events: newestFirst.slice(from, from + maxResults),
        ...(more ? { nextToken: String(from + maxResults) } : {}),
      };
    },
  } as unknown as SFNClient;
  return { client, asked, fail: (next: () => Error | undefined) => (failure = next) };
}

async function collect(events: AsyncIterable<TimelineEvent>): Promise<TimelineEvent[]> {
  const all: TimelineEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}

const root = arnOf('provision');
const child = arnOf('validate', 'dev-1-v');
const fast = { intervalMs: 1 };

describe('following an execution', () => {
  test.each([1, 4, 100])('sees all of it and of the nested one, however fast it grows (%d a look)', async (growth) => {
    const { client } = fakeSteps({ [root]: sequence, [child]: parallel }, (arn) => (arn === root ? growth : 25));
    const events = await collect(follow(client, root, fast));
    const ends = events.filter(({ end }) => end).map(({ execution, end }) => [execution.machine, end?.status]);
    expect(new Map(ends as Array<[string, string]>)).toEqual(
      new Map([
        ['runbook-validate', 'FAILED'],
        ['runbook-provision', 'SUCCEEDED'],
      ]),
    );
    expect(events.at(-1)).toMatchObject({ execution: { arn: root }, end: { status: 'SUCCEEDED' } });
    expect(events.filter(({ state }) => state?.name === 'Check ALB health')).toHaveLength(2);
  });

  test('reads a long history once, and afterwards only what is new', async () => {
    const waits = Array.from(
      { length: 250 },
      (_, at) => [at, at, 'PassStateEntered', { name: 'p', input: '{}' }] as const,
    );
    const long = history([[0, 0, 'ExecutionStarted', {}], ...waits.map((row) => [...row] as never)]);
    const whole = [...long, ...history([[300, 251, 'ExecutionSucceeded', {}]]).map((event) => ({ ...event, id: 252 }))];
    const { client, asked } = fakeSteps({ [root]: whole }, () => 251);
    const events = await collect(follow(client, root, fast));
    expect(events.filter(({ status }) => status === 'entered')).toHaveLength(251);
    expect(asked).toHaveLength(4);
  });

  test('rides out what passes, and gives up on what does not', async () => {
    const { client, fail } = fakeSteps({
      [root]: sequence.slice(0, 6).concat(...history([[1, 6, 'ExecutionAborted', {}]]).map((e) => ({ ...e, id: 7 }))),
    });
    let left = 5;
    fail(() => (left-- > 0 ? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) : undefined));
    expect((await collect(follow(client, root, fast))).at(-1)?.end?.status).toBe('ABORTED');

    fail(() => Object.assign(new Error('no'), { name: 'AccessDeniedException', $fault: 'client' }));
    await expect(collect(follow(client, root, fast))).rejects.toThrow('no');
    fail(() => new Error('still no network'));
    await expect(collect(follow(client, root, fast))).rejects.toThrow('still no network');
  });

  test('waits for an event that is missing in between', async () => {
    let looks = 0;
    const client = {
      send: async () => {
        looks += 1;
        const events = looks === 1 ? [sequence[2], sequence[0]] : [...sequence].reverse();
        return { events };
      },
    } as unknown as SFNClient;
    const { value } = await follow(client, root, fast).next();
    expect(value).toMatchObject({ status: 'entered' });
    const names: string[] = [];
    looks = 0;
    for await (const event of follow(client, root, fast)) {
      if (event.state) names.push(event.state.name);
      if (names.length === 2) break;
    }
    expect(names).toEqual(['Check request', 'Check request']);
  });

  test('ends when its signal aborts', async () => {
    const stop = new AbortController();
    const { client } = fakeSteps({ [root]: sequence.slice(0, 8) });
    const events = [];
    for await (const event of follow(client, root, { intervalMs: 1, signal: stop.signal })) {
      events.push(event);
      if (event.state?.name === 'Plan stack') stop.abort();
    }
    expect(events.length).toBeGreaterThan(2);
  });
});
