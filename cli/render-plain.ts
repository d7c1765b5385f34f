import { describeDone, describeSlowest, type StateProgress } from './build-progress.ts';
import { clip, clock, duration, machineLabel, type Paint, plain, stateLabel, symbol, zone } from './format.ts';
import { report } from './report.ts';
import type { TimelineEvent } from './timeline-event.ts';

/** A renderer shows the events of `follow` to an operator. */
export interface Renderer {
  event(event: TimelineEvent): void;
  /** Shows the progress of the builds that states wait for. */
  progress(states: readonly StateProgress[], now: Date): void;
  /** Leaves the screen in order. Nothing is shown afterwards. */
  end(): void;
}

export interface PlainOptions {
  paint?: Paint;
  timeZone?: string;
}

const HEARTBEAT_MS = 60_000;
/** Shorter failures, such as the name of an error, may be shown twice. */
const SHORTEST_FAILURE = 40;
const MACHINE_WIDTH = 9;
const STATE_WIDTH = 26;
const DETAIL_WIDTH = 160;
const CAUSE_WIDTH = 600;
const REPORT_INDENT = ' '.repeat(10);
const PART_INDENT = ' '.repeat(25);

/**
 * Writes one line for each event that an operator would search for in a log, without entries of states, choices or
 * repetitions.
 */
export class PlainRenderer implements Renderer {
  readonly #write: (line: string) => void;
  readonly #paint: Paint;
  readonly #timeZone: string | undefined;
  /** The values are the last retries that were shown. The keys identify states. */
  readonly #shown = new Map<string, string>();
  #hasZone = false;
  /** The last text of a success that was shown. The states that hand it on do not repeat it. */
  #lastText = '';
  /** These failures were shown. */
  readonly #failures = new Set<string>();
  /** The values are the times of the last heartbeats. The keys identify states. */
  readonly #beats = new Map<string, number>();

  constructor(write: (line: string) => void, { paint = plain, timeZone }: PlainOptions = {}) {
    this.#write = write;
    this.#paint = paint;
    this.#timeZone = timeZone;
  }

  event(news: TimelineEvent): void {
    if (!this.#isWorthALine(news)) return;
    const event = this.#withZone(news);
    // The observation of a check often has several parts, which are too long for one line.
    const parts = event.check ? event.check.observed.split('; ') : [];
    this.#write(this.#line(event, parts.length > 1));
    if (parts.length > 1) for (const part of parts) this.#write(`${PART_INDENT}${clip(part, DETAIL_WIDTH)}`);
    if (event.end) for (const line of report(event.end, this.#paint)) this.#write(`${REPORT_INDENT}${line}`);
  }

  /** Writes one line a minute, which shows a reader of the log that the execution continues. */
  progress(states: readonly StateProgress[], now: Date): void {
    for (const { event, progress } of states) {
      const key = `${event.execution.arn} ${event.state?.id} ${event.build}`;
      const last = this.#beats.get(key) ?? event.at.getTime();
      if (now.getTime() - last < HEARTBEAT_MS) continue;
      this.#beats.set(key, now.getTime());
      const running = event.durationMs + now.getTime() - event.at.getTime();
      const slowest = describeSlowest(progress, now.getTime());
      const detail = [describeDone(progress), slowest.length > 0 ? `at work: ${slowest.join(', ')}` : ''];
      const beat = { ...event, at: now, detail: [duration(running), ...detail].filter(Boolean).join(', ') };
      this.#write(this.#line(beat, false));
    }
  }

  end(): void {}

  #isWorthALine({ execution, state, status, check, detail }: TimelineEvent): boolean {
    if (!state) return true;
    if (status === 'entered') return false;
    if (status === 'retrying') {
      const key = `${execution.arn} ${state.id}`;
      const isNew = this.#shown.get(key) !== detail;
      this.#shown.set(key, detail ?? '');
      return isNew;
    }
    // The end of the execution shows the text of a Fail state.
    if (state.kind === 'Fail') return false;
    if (status === 'failed') return true;
    if (['Choice', 'Pass', 'Succeed'].includes(state.kind)) return false;
    return state.iteration === undefined || check !== undefined;
  }

  #line(event: TimelineEvent, withoutDetail: boolean): string {
    const { execution, state, status, at, durationMs, attempt, detail, caught, check } = event;
    const label = state ? `${'  '.repeat(state.within.length)}${stateLabel(event)}` : this.#executionLabel(event);
    const took = status === 'succeeded' || status === 'failed' ? duration(durationMs) : '';
    const text = caught && !check ? `caught: ${detail}` : this.#once(event);
    const words = withoutDetail ? '' : clip(text, state && status !== 'failed' ? DETAIL_WIDTH : CAUSE_WIDTH);
    return [
      clock(at, this.#timeZone),
      machineLabel(execution.machine).padEnd(MACHINE_WIDTH),
      state ? label.padEnd(STATE_WIDTH) : this.#paint('bold', label.padEnd(STATE_WIDTH)),
      [symbol(event, this.#paint), took, attempt ? `attempt ${attempt}` : ''].filter(Boolean).join(' '),
      words,
    ]
      .join('  ')
      .trimEnd();
  }

  /** Adds the time zone to the first line. */
  #withZone(event: TimelineEvent): TimelineEvent {
    if (this.#hasZone) return event;
    this.#hasZone = true;
    if (event.state || event.detail) return event;
    return { ...event, detail: `times in ${zone(event.at, this.#timeZone)}` };
  }

  /**
   * Returns the text of a result, in full only where it happens. Later failures that it causes, and at last the
   * execution's, only refer to it. A success is repeated by the end of its execution alone.
   */
  #once({ status, detail = '', state, check, end }: TimelineEvent): string {
    if (status === 'succeeded' && !check) {
      if (detail === (state ? this.#lastText : end?.sweep?.summary)) return '';
      if (detail) this.#lastText = detail;
      return detail;
    }
    if (status !== 'failed' || check) return detail;
    const known = [...this.#failures].find((failure) => detail.includes(failure));
    if (detail.length >= SHORTEST_FAILURE) this.#failures.add(detail);
    if (known === undefined) return detail;
    const before = detail.slice(0, detail.indexOf(known)).replace(/: $/, '');
    return before ? `${before}, see above` : 'see above';
  }

  #executionLabel({ execution, status, end }: TimelineEvent): string {
    if (end) return end.status;
    return status === 'entered' ? `started ${execution.name}` : 'redriven';
  }
}
