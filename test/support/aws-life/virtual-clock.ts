import { setImmediate as tick } from 'node:timers/promises';
import type { Clock } from '../../../lab/states/clock.ts';

interface Timer {
  at: number;
  fire(): void;
}

/** Time moves on after this number of turns of the event loop in which no new wait begins. */
const IDLE_TURNS = 3;

/** The clock jumps to the next timer when nothing else is left to do. It begins now. */
export class VirtualClock implements Clock {
  /** A sleep of this length only ever ends by its signal. */
  static readonly FOREVER_SECONDS = 90_000;
  readonly #start = Date.now();
  #now = this.#start;
  #timers: Timer[] = [];
  #asked = 0;
  #pumping = false;

  now(): number {
    return this.#now;
  }

  /** Returns the seconds since the start. */
  elapsed(): number {
    return this.seconds(this.#now);
  }

  /** Returns the seconds since the start at a time in milliseconds since the epoch. */
  seconds(at: number): number {
    return (at - this.#start) / 1_000;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = { at: this.#now + ms, fire: resolve };
      const cancel = () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
        reject(signal.reason);
      };
      if (signal.aborted) return cancel();
      signal.addEventListener('abort', cancel, { once: true });
      if (ms >= VirtualClock.FOREVER_SECONDS * 1_000) return;
      this.#asked += 1;
      this.#timers.push(timer);
      if (!this.#pumping) void this.#pump();
    });
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#timers.length > 0) {
      await this.#idle();
      const [next] = [...this.#timers].sort((one, other) => one.at - other.at);
      if (!next) break;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      this.#now = Math.max(this.#now, next.at);
      next.fire();
      await this.#idle();
    }
    this.#pumping = false;
  }

  async #idle(): Promise<void> {
    for (let turns = 0, asked = this.#asked; turns < IDLE_TURNS; turns += 1) {
      await tick();
      if (asked !== this.#asked) [turns, asked] = [0, this.#asked];
    }
  }
}
