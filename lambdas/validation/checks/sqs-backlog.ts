import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';

/** The sum of the three numbers is the backlog. All are approximate, and become consistent only after a while. */
export interface QueueCounts {
  visible: number;
  inFlight: number;
  delayed: number;
}

export interface Sample {
  at: number;
  counts: QueueCounts;
}

export interface BacklogObservation {
  /** The list has one entry for each sample, the oldest first. It is undefined when the queue does not exist. */
  queue?: Sample[];
  deadLetters?: QueueCounts;
  /** The text says why no worker will process the waiting messages. */
  stuck?: string;
}

/**
 * The count has to be zero in this many consecutive samples, because each response comes from one server and may be
 * outdated.
 */
export const STEADY_SAMPLES = 5;
/** A queue in use is judged by at least this many samples. */
export const FLOW_SAMPLES = 12;

/**
 * SQS calls its counts approximate, and documents no bound. A decrease by one counts as inaccuracy, not as a message
 * that left: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html
 */
const WAVER = 1;

const EXPECTED = `visible + in flight + delayed == 0 in ${STEADY_SAMPLES} samples in a row, or, while messages arrive, as many leave as it has held; dead-letter queue empty`;

export const total = ({ visible, inFlight, delayed }: QueueCounts) => visible + inFlight + delayed;

export function sqsBacklog(observation: BacklogObservation): Conclusion {
  const series = observation.queue?.map(({ at, counts }) => ({ at: new Date(at).toISOString(), ...counts }));
  const settled = settledBy(observation.queue ?? []);
  return conclude(EXPECTED, [deadLetters(observation.deadLetters), backlog(observation)], {
    series: series ?? null,
    deadLetters: observation.deadLetters ?? null,
    ...(settled ? { restsOn: settled } : {}),
  });
}

/**
 * Describes why no message waits for long. While nothing proves it, the function returns undefined and the sampling
 * continues.
 * @returns a sentence for a person
 */
export function settledBy(samples: readonly Sample[]): string | undefined {
  const last = samples.slice(-STEADY_SAMPLES);
  if (last.length === STEADY_SAMPLES && last.every(({ counts }) => total(counts) === 0)) {
    return `${STEADY_SAMPLES} counts of zero in a row`;
  }
  for (let start = samples.length - FLOW_SAMPLES; start >= 0; start -= 1) {
    const found = flow(samples.slice(start));
    if (found) return found;
  }
  return undefined;
}

/**
 * Judges a queue in use. Such a queue is seldom empty, and is nevertheless healthy when its messages are young. SQS
 * sends their age only to CloudWatch, minutes late. But suppose that since the first sample at least as many messages
 * left as the queue held at any time in the first half of the samples. Then all messages of that half have left, so the
 * oldest message is younger than half of the samples.
 */
function flow(samples: readonly Sample[]): string | undefined {
  const totals = samples.map(({ counts }) => total(counts));
  const left = falls(totals, WAVER);
  const half = Math.floor(totals.length / 2);
  const [before, after] = [totals.slice(0, half), totals.slice(half)];
  const waited = Math.max(...before);
  const grows = after.reduce((sum, one) => sum + one, 0) / after.length > waited;
  // Counts vary, also those of a queue without a reader: in two samples, messages have to be in flight, or the queue
  // empty.
  const taken = samples.filter(({ counts }) => counts.inFlight > 0 || total(counts) === 0).length >= 2;
  if (left < waited || falls(after, 0) === 0 || grows || !taken) return undefined;
  const seconds = Math.round(((samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)) / 1_000);
  return `flow: in ${samples.length} samples (${seconds} s) ${left} or more messages left the queue, which had held ${waited} at most`;
}

/**
 * Returns the minimum number of messages that left, because messages that arrive between two samples hide others that
 * leave.
 * @param waver each decrease, from one increase to the next, counts only as far as it exceeds this number
 */
function falls(totals: readonly number[], waver: number): number {
  let left = 0;
  let descent = 0;
  for (const [index, before] of totals.entries()) {
    const now = totals[index + 1];
    if (now !== undefined && now <= before) descent += before - now;
    else {
      left += Math.max(0, descent - waver);
      descent = 0;
    }
  }
  return left;
}

function deadLetters(counts: QueueCounts | undefined): Observation {
  if (!counts) return { status: 'failed', text: 'the dead-letter queue does not exist' };
  const number = total(counts);
  if (number > 0) return { status: 'failed', text: `${number} message(s) in the dead-letter queue` };
  return { status: 'passed', text: 'dead-letter queue empty' };
}

function backlog({ queue: samples, stuck }: BacklogObservation): Observation {
  if (!samples) return { status: 'failed', text: 'the queue does not exist' };
  if (samples.length === 0) return { status: 'unknown', text: 'the queue was never sampled' };
  const totals = samples.map(({ counts }) => total(counts));
  const settled = settledBy(samples);
  if (settled) {
    return {
      status: 'passed',
      text: `backlog ${totals.join(', ')}${settled.startsWith('flow') ? ` (${settled})` : ''}`,
    };
  }
  if (stuck) return { status: 'failed', text: `backlog ${totals.join(', ')}: not falling; ${stuck}` };
  return { status: 'not-ready', text: `backlog ${totals.join(', ')}: ${trend(totals)}` };
}

function trend(totals: readonly number[]): string {
  const last = totals.at(-1) ?? 0;
  if (last === 0) return `empty, but not ${STEADY_SAMPLES} times in a row`;
  return last < (totals[0] ?? 0) ? 'still falling' : 'not falling';
}
