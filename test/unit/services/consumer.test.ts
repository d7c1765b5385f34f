import { describe, expect, test, vi } from 'vitest';
import { type ConsumerOptions, consume } from '../../../services/worker/consumer.ts';
import type { QueueMessage } from '../../../services/worker/message.ts';
import type { Queue } from '../../../services/worker/queue.ts';
import { memoryLog } from './fakes.ts';

/** The queue returns the messages that were put into it, and otherwise waits for the abort. */
class FakeQueue implements Queue {
  readonly visible: QueueMessage[] = [];
  readonly done: string[] = [];
  readonly asked: number[] = [];
  pollIsOver = false;
  #wake = () => {};

  /** Ends the current long poll without a message. */
  endPoll() {
    this.pollIsOver = true;
    this.#wake();
  }

  put(...ids: string[]) {
    for (const id of ids) this.visible.push({ id, receiptHandle: id, body: id, correlationId: undefined });
    this.#wake();
  }

  async receive(max: number, signal: AbortSignal) {
    this.asked.push(max);
    while (this.visible.length === 0 && !this.pollIsOver) {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      });
    }
    this.pollIsOver = false;
    return this.visible.splice(0, max);
  }

  async delete({ id }: QueueMessage) {
    this.done.push(`delete ${id}`);
  }

  async delay({ id }: QueueMessage, seconds: number) {
    this.done.push(`delay ${id} ${seconds}`);
  }
}

function start(options: Partial<ConsumerOptions>) {
  const queue = new FakeQueue();
  const stopping = new AbortController();
  const running = consume(
    {
      queue,
      concurrency: 2,
      handle: async () => ({ action: 'delete' }),
      ready: async () => {},
      beat: () => {},
      log: memoryLog().log,
      pauseMs: 5,
      ...options,
    },
    stopping.signal,
  );
  return { queue, stopping, running };
}

describe('the consumer', () => {
  test('does with each message what was decided', async () => {
    const { queue, stopping, running } = start({
      handle: async ({ id }) => {
        if (id === 'late') return { action: 'retry', delaySeconds: 8 };
        return { action: id === 'odd' ? 'leave' : 'delete' };
      },
    });
    queue.put('good', 'late', 'odd', 'last');
    await vi.waitFor(() => expect(queue.done).toEqual(['delete good', 'delay late 8', 'delete last']));
    stopping.abort();
    await running;
  });

  test('logs a deletion with its order once SQS has confirmed it, and never before', async () => {
    const { log, lines } = memoryLog();
    const { queue, stopping, running } = start({ log });
    const orderId = '281314f7-0d97-4939-8e5b-6f64d965cf6d';
    let confirm = (_refusal?: Error) => {};
    queue.delete = () =>
      new Promise((resolve, reject) => (confirm = (refusal) => (refusal ? reject(refusal) : resolve())));
    const said = () => lines.filter(({ msg }) => /delete/.test(String(msg)));
    for (const refusal of [undefined, new Error('refused')]) {
      queue.visible.push({ id: 'm', receiptHandle: 'm', body: JSON.stringify({ orderId }), correlationId: 'trace' });
      queue.endPoll();
      await vi.waitFor(() => expect(queue.visible).toEqual([]));
      expect(said()).toHaveLength(refusal ? 1 : 0);
      confirm(refusal);
      await vi.waitFor(() => expect(said()).toHaveLength(refusal ? 2 : 1));
    }
    expect(said()).toMatchObject([
      { msg: 'SQS message deleted', orderId, correlationId: 'trace' },
      { msg: 'message could not be deleted', correlationId: 'trace' },
    ]);
    stopping.abort();
    await running;
  });

  test('has no more messages in hand than it may', async () => {
    const releases: Array<() => void> = [];
    const { queue, stopping, running } = start({
      handle: () => new Promise((resolve) => releases.push(() => resolve({ action: 'delete' }))),
    });
    queue.put('1', '2', '3', '4');
    await vi.waitFor(() => expect(releases.length).toBe(2));
    releases[0]?.();
    await vi.waitFor(() => expect(releases.length).toBe(3));
    expect(queue.asked).toEqual([2, 1]);
    stopping.abort();
    for (const release of releases) release();
    await running;
  });

  test('stops polling at once and finishes what it has', async () => {
    let finish = () => {};
    const { queue, stopping, running } = start({
      handle: () => new Promise((resolve) => (finish = () => resolve({ action: 'delete' }))),
    });
    queue.put('1');
    await vi.waitFor(() => expect(queue.asked).toEqual([2, 1]));
    stopping.abort();
    queue.put('2');
    setTimeout(() => finish(), 20);
    await running;
    expect(queue.done).toEqual(['delete 1']);
    expect(queue.visible.map(({ id }) => id)).toEqual(['2']);
  });

  test('tells that it is idle, so that silence means something', async () => {
    const { log, lines } = memoryLog();
    const { queue, stopping, running } = start({ log });
    await vi.waitFor(() => expect(queue.asked).toHaveLength(1));
    queue.endPoll();
    await vi.waitFor(() => expect(queue.asked).toHaveLength(2));
    stopping.abort();
    await running;
    expect(lines.map(({ msg }) => msg)).toEqual(['SQS queue empty']);
  });

  test('polls less and less often when the queue answers at once and empty, and says so once', async () => {
    const { log, lines } = memoryLog();
    const polls: number[] = [];
    const beat = vi.fn();
    const stopping = new AbortController();
    const receive = async () => {
      polls.push(performance.now());
      return [];
    };
    const queue = Object.assign(new FakeQueue(), { receive });
    const handle = async () => ({ action: 'leave' as const });
    const ready = async () => {};
    const running = consume({ queue, concurrency: 1, handle, ready, beat, log, pauseMs: 10 }, stopping.signal);
    await vi.waitFor(() => expect(polls.length).toBe(5), { timeout: 5_000 });
    stopping.abort();
    await running;
    const waits = polls.slice(1).map((at, index) => at - (polls[index] ?? 0));
    for (const [index, atLeast] of [9, 19, 39, 79].entries()) expect(waits[index]).toBeGreaterThanOrEqual(atLeast);
    expect(lines.filter(({ level }) => level === 40).map(({ msg }) => msg)).toEqual([
      'the queue answers at once and empty, polling less often',
    ]);
    expect(beat.mock.calls.length).toBeGreaterThanOrEqual(5);
  });

  test('takes no message while it could not handle it', async () => {
    let down = true;
    const ready = vi.fn(async () => {
      if (down) throw new Error('still down');
    });
    const { queue, stopping, running } = start({
      concurrency: 1,
      ready,
      handle: async () => {
        if (down) throw new Error('database gone');
        return { action: 'delete' };
      },
    });
    queue.put('1');
    await vi.waitFor(() => expect(ready).toHaveBeenCalled());
    expect(queue.done).toEqual(['delay 1 2']);
    expect(queue.asked).toEqual([1]);
    queue.put('2');
    down = false;
    await vi.waitFor(() => expect(queue.done).toContain('delete 2'));
    stopping.abort();
    await running;
  });
});
