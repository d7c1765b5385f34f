import type { Conclusion } from '../shared/contracts.ts';
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
  /** When the running deployment was made; undefined when the service has none. */
  deployedAt?: number;
  /** Names of the newest streams. */
  streams: string[];
  /** Newest events within the freshness window, any level. */
  recent: LogLine[];
  /** Candidates for errors since the deployment, oldest first. */
  suspects: LogLine[];
  /** Reading stopped before the end: there may be more suspects. */
  incomplete: boolean;
}

export const FRESH_MINUTES = 15;
/** So many errors within BURST_MINUTES are a burst. Retries of an order make a few. */
const BURST_ERRORS = 5;
const BURST_MINUTES = 5;
const QUOTED = 3;

const EXPECTED = `log group exists, an event within ${FRESH_MINUTES} minutes, no ${BURST_ERRORS} errors within ${BURST_MINUTES} minutes since the deployment`;

export function workerLogs(logs: WorkerLogs): Conclusion {
  const errors = logs.suspects.filter((line) => isErrorLine(line.message));
  const evidence = {
    group: logs.group,
    streams: logs.streams,
    newest: newest(logs.recent),
    errors: errors.length,
    quoted: errors.slice(-QUOTED).map((line) => line.message.slice(0, 500)),
  };
  if (!logs.exists) {
    return conclude(EXPECTED, [{ status: 'failed', text: `log group ${logs.group} does not exist` }], evidence);
  }
  return conclude(EXPECTED, [freshness(logs), errorBurst(logs, errors)], evidence);
}

function freshness({ group, recent, now }: WorkerLogs): Observation {
  const last = newest(recent);
  // A clock ahead of ours is fresh; one far behind is not.
  if (!last || now - last.at > FRESH_MINUTES * 60_000) {
    return { status: 'not-ready', text: `${group} has no event of the last ${FRESH_MINUTES} minutes` };
  }
  return { status: 'passed', text: `newest event ${Math.max(0, Math.round((now - last.at) / 1_000))} s old` };
}

function errorBurst(logs: WorkerLogs, errors: LogLine[]): Observation {
  const worst = busiest(errors);
  const quote = errors.slice(-QUOTED).map((line) => line.message.slice(0, 200));
  if (worst >= BURST_ERRORS) {
    return { status: 'failed', text: `${worst} errors within ${BURST_MINUTES} minutes: ${quote.join(' | ')}` };
  }
  if (logs.incomplete) return { status: 'unknown', text: 'there are more log events than could be read' };
  if (logs.deployedAt === undefined) return { status: 'unknown', text: 'the service has no deployment to count from' };
  return {
    status: 'passed',
    text: `${errors.length} error(s) since the deployment${errors.length ? `: ${quote.join(' | ')}` : ''}`,
  };
}

/** Most errors in any window of BURST_MINUTES. */
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
