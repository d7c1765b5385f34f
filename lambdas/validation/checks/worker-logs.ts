import type { Conclusion } from '../../contracts/contracts.ts';
import { conclude, type Observation } from './conclude.ts';
import { isErrorLine } from './log-line.ts';

export interface LogLine {
  /** Milliseconds since the epoch. */
  at: number;
  stream: string;
  message: string;
}

export interface WorkerLogs {
  group: string;
  exists: boolean;
  now: number;
  /** The running deployment was created at this time. The member is undefined when the service has no deployment. */
  deployedAt?: number;
  /** These are the names of the newest streams. */
  streams: string[];
  /** These are the newest events within the freshness window, at any level. */
  recent: LogLine[];
  /** The value is true when that search ended before it covered the whole window. */
  recentIncomplete?: boolean;
  /** These lines may be errors since the deployment. */
  suspects: LogLine[];
  /** The value is true when that search ended before its end: there may be more errors. */
  incomplete: boolean;
  /** The search for errors goes back to `from`, and took this many pages and milliseconds. */
  searched?: { from: number; pages: number; ms: number };
}

export const FRESH_MINUTES = 15;
/** For a deployment that is older than this, only the last day is read. */
export const LONGEST_LOOK_BACK_MS = 24 * 3_600_000;
/** This many errors within BURST_MINUTES are a burst. The retries of an order produce a few errors. */
const BURST_ERRORS = 5;
const BURST_MINUTES = 5;
const QUOTED = 3;

const EXPECTED = `log group exists, an event within ${FRESH_MINUTES} minutes, no ${BURST_ERRORS} errors within ${BURST_MINUTES} minutes since the deployment, or in the last 24 hours where that is later`;

export function workerLogs(logs: WorkerLogs): Conclusion {
  const { group, searched, incomplete } = logs;
  if (!logs.exists) {
    return conclude(EXPECTED, [{ status: 'failed', text: `log group ${group} does not exist` }], {
      group,
      exists: false,
    });
  }
  const errors = errorsOf(logs.suspects);
  const evidence = {
    group,
    streams: logs.streams,
    newest: newest(logs.recent),
    errors: errors.length,
    quoted: errors.slice(-QUOTED).map((line) => line.message.slice(0, 500)),
    ...(searched
      ? { searched: { ...searched, from: new Date(searched.from).toISOString(), finished: !incomplete } }
      : {}),
  };
  return conclude(EXPECTED, [freshness(logs), errorBurst(logs, errors)], evidence);
}

/** Reports whether these lines alone fail the check, whatever else the log contains. */
export function isBurst(suspects: readonly LogLine[]): boolean {
  return busiest(errorsOf(suspects)) >= BURST_ERRORS;
}

function errorsOf(suspects: readonly LogLine[]): LogLine[] {
  return suspects.filter((line) => isErrorLine(line.message)).sort((a, b) => a.at - b.at);
}

function freshness({ group, recent, recentIncomplete, now }: WorkerLogs): Observation {
  const last = newest(recent);
  // An event from a clock that is ahead is fresh; an event from a clock that is far behind is not.
  if (last && now - last.at <= FRESH_MINUTES * 60_000) {
    return { status: 'passed', text: `newest event ${Math.max(0, Math.round((now - last.at) / 1_000))} s old` };
  }
  if (recentIncomplete) {
    return {
      status: 'unknown',
      text: `the search of ${group} for an event of the last ${FRESH_MINUTES} minutes did not end in time: whether there is one is not known`,
    };
  }
  return { status: 'not-ready', text: `${group} has no event of the last ${FRESH_MINUTES} minutes` };
}

function errorBurst(logs: WorkerLogs, errors: LogLine[]): Observation {
  const { deployedAt, incomplete, now } = logs;
  const worst = busiest(errors);
  const quote = errors.slice(-QUOTED).map((line) => line.message.slice(0, 200));
  if (worst >= BURST_ERRORS) {
    return { status: 'failed', text: `${worst} errors within ${BURST_MINUTES} minutes: ${quote.join(' | ')}` };
  }
  if (incomplete) return { status: 'unknown', text: unfinished(logs) };
  if (deployedAt === undefined) return { status: 'unknown', text: 'the service has no deployment to count from' };
  const since = now - deployedAt > LONGEST_LOOK_BACK_MS ? 'in the last 24 hours' : 'since the deployment';
  return {
    status: 'passed',
    text: `${errors.length} error(s) ${since}${errors.length ? `: ${quote.join(' | ')}` : ''}`,
  };
}

function unfinished({ group, searched }: WorkerLogs): string {
  const took = searched ? ` after ${searched.pages} page(s) in ${Math.round(searched.ms / 1_000)} s` : '';
  return `there are more log events in ${group} than could be read: the search for errors ended${took}, before it had seen all`;
}

/** Returns the largest number of errors in any window of BURST_MINUTES. */
function busiest(errors: LogLine[]): number {
  const times = errors.map((line) => line.at).sort((a, b) => a - b);
  let most = 0;
  let start = 0;
  for (const [end, time] of times.entries()) {
    while (time - (times[start] ?? time) > BURST_MINUTES * 60_000) start += 1;
    most = Math.max(most, end - start + 1);
  }
  return most;
}

function newest(lines: LogLine[]): LogLine | undefined {
  return lines.reduce<LogLine | undefined>((best, line) => (best && best.at >= line.at ? best : line), undefined);
}
