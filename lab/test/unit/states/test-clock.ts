import type { Clock } from '../../../states/clock.ts';

interface Timer {
  at: number;
  fire(): void;
}

/** The time jumps to the next timer when there is nothing else to do. */
export class TestClock implements Clock {
  readonly start = Date.parse('2026-01-01T00:00:00Z');
  #now = this.start;
  #timers: Timer[] = [];
  #pumping = false;

  now(): number {
    return this.#now;
  }

  /** @returns the seconds since the start */
  elapsed(): number {
    return (this.#now - this.start) / 1000;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason);
        return;
      }
      const timer = { at: this.#now + ms, fire: resolve };
      const cancel = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason);
      };
      signal.addEventListener('abort', cancel, { once: true });
      this.#timers.push(timer);
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      const next = this.#timers.reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
      if (!next) return;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      if (this.#timers.length > 0) this.#pump();
    });
  }
}
