import type { Conclusion } from '../shared/contracts.ts';
import { conclude, type Observation } from './conclude.ts';

/** The three numbers whose sum is the backlog. All approximate, and consistent only after a while. */
export interface QueueCounts {
  visible: number;
  inFlight: number;
  delayed: number;
}

export interface BacklogObservation {
  /** Undefined when there is no such queue. Oldest first, one a sample. */
  queue?: { at: number; counts: QueueCounts }[];
  deadLetters?: QueueCounts;
  /** Why nobody will take the messages that wait. */
  hopeless?: string;
}

/** Zero so many times in a row before it is believed: each answer is one server's, and may be behind. */
export const STEADY_SAMPLES = 5;

const EXPECTED = `visible + in flight + delayed == 0 in ${STEADY_SAMPLES} samples in a row, dead-letter queue empty`;

export const total = ({ visible, inFlight, delayed }: QueueCounts) => visible + inFlight + delayed;

export function sqsBacklog(observation: BacklogObservation): Conclusion {
  const series = observation.queue?.map(({ at, counts }) => ({ at: new Date(at).toISOString(), ...counts }));
  return conclude(EXPECTED, [deadLetters(observation.deadLetters), backlog(observation)], {
    series: series ?? null,
    deadLetters: observation.deadLetters ?? null,
  });
}

/** Whether the last samples are all zero, enough of them. */
export function isDrained(samples: readonly { counts: QueueCounts }[]): boolean {
  const last = samples.slice(-STEADY_SAMPLES);
  return last.length === STEADY_SAMPLES && last.every(({ counts }) => total(counts) === 0);
}

function deadLetters(counts: QueueCounts | undefined): Observation {
  if (!counts) return { status: 'failed', text: 'the dead-letter queue does not exist' };
  const number = total(counts);
  if (number > 0) return { status: 'failed', text: `${number} message(s) in the dead-letter queue` };
  return { status: 'passed', text: 'dead-letter queue empty' };
}

function backlog({ queue: samples, hopeless }: BacklogObservation): Observation {
  if (!samples) return { status: 'failed', text: 'the queue does not exist' };
  if (samples.length === 0) return { status: 'unknown', text: 'the queue was never sampled' };
  const totals = samples.map(({ counts }) => total(counts));
  if (isDrained(samples)) return { status: 'passed', text: `backlog ${totals.join(', ')}` };
  if (hopeless) return { status: 'failed', text: `backlog ${totals.join(', ')}: not falling; ${hopeless}` };
  return { status: 'not-ready', text: `backlog ${totals.join(', ')}: ${trend(totals)}` };
}

function trend(totals: readonly number[]): string {
  const last = totals.at(-1) ?? 0;
  if (last === 0) return `empty, but not ${STEADY_SAMPLES} times in a row`;
  return last < (totals[0] ?? 0) ? 'still falling' : 'not falling';
}
