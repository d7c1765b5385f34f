import type { WaitState } from '../definition/types.ts';
import { TemplateError } from '../expressions/template.ts';
import type { StateVisit, Step } from './state-visit.ts';

const LONGEST_WAIT_SECONDS = 99_999_999;
/**
 * A timestamp may be this far in the future; recorded on AWS with 24,855 days, which pass, and 24,856, which do not.
 */
const LONGEST_TIMESTAMP_MS = (2 ** 31 - 1) * 1000;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

export async function runWait(visit: StateVisit<WaitState>): Promise<Step> {
  const { run, state, signal } = visit;
  await run.clock.sleep(await duration(visit), signal);
  return visit.finish(state, visit.input, state.Next);
}

async function duration(visit: StateVisit<WaitState>): Promise<number> {
  const { state, run } = visit;
  if (state.Timestamp !== undefined) {
    const timestamp = (await visit.evaluateAs('Timestamp', state.Timestamp, 'string')) as string;
    const until = TIMESTAMP.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
    if (Number.isNaN(until)) {
      const message = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`;
      throw visit.evaluationFailed(new TemplateError('Timestamp', message));
    }
    const wait = Math.max(0, until - run.clock.now());
    if (wait > LONGEST_TIMESTAMP_MS) throw visit.runtimeError('Wait state delay is too long.');
    return wait;
  }
  const seconds = (await visit.evaluateNumber('Seconds', state.Seconds)) ?? 0;
  if (seconds > LONGEST_WAIT_SECONDS)
    throw visit.runtimeError(`Seconds cannot be greater than ${LONGEST_WAIT_SECONDS}.`);
  return seconds * 1000;
}
