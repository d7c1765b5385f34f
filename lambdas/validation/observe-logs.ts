import type { Conclusion } from '../contracts/contracts.ts';
import type { OutputsOf } from '../contracts/outputs.ts';
import { type Clock, HOUR_MS } from '../runtime/clock.ts';
import type { EcsService } from './checks/ecs-services.ts';
import { ERROR_FILTER } from './checks/log-line.ts';
import {
  FRESH_MINUTES,
  isBurst,
  LONGEST_LOOK_BACK_MS,
  type LogLine,
  type WorkerLogs,
  workerLogs,
} from './checks/worker-logs.ts';

export interface LogsPort {
  logGroupExists(name: string): Promise<boolean>;
  newestStreams(group: string, limit: number): Promise<string[]>;
  findLines(query: {
    group: string;
    since: number;
    until?: number;
    pattern?: string;
    budgetMs?: number;
    enough?: number;
  }): Promise<{ lines: LogLine[]; incomplete: boolean; pages: number }>;
}

export interface DeploymentPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
}

const STREAMS = 5;
/** Each of the two searches has this time. The function has a minute for both. */
const BUDGET_MS = 20_000;
/**
 * The search for errors reads the newest hour first, so that a log that is too large to read still shows the current
 * errors.
 */
const HOURS_BACK = [1, 6, 24];

export async function observeLogs(
  outputs: OutputsOf<'worker-logs'>,
  logs: LogsPort,
  ecs: DeploymentPort,
  clock: Clock,
): Promise<Conclusion> {
  const group = outputs.log_group_worker;
  const now = clock.now();
  const base = { group, now, streams: [], recent: [], suspects: [], incomplete: false };
  if (!(await logs.logGroupExists(group))) return workerLogs({ ...base, exists: false });

  const deployedAt = await deploymentTime(outputs, ecs);
  const from = Math.max(deployedAt ?? 0, now - LONGEST_LOOK_BACK_MS);
  const [streams, recent, errors] = await Promise.all([
    logs.newestStreams(group, STREAMS),
    logs.findLines({ group, since: now - FRESH_MINUTES * 60_000, enough: 1, budgetMs: BUDGET_MS }),
    findSuspects(group, from, logs, clock),
  ]);
  return workerLogs({
    ...base,
    exists: true,
    ...(deployedAt === undefined ? {} : { deployedAt }),
    streams,
    recent: recent.lines,
    recentIncomplete: recent.incomplete,
    ...errors,
  });
}

/** Searches backwards in time, until everything is read, a burst is certain or the time is over. */
async function findSuspects(
  group: string,
  from: number,
  logs: LogsPort,
  clock: Clock,
): Promise<Pick<WorkerLogs, 'suspects' | 'incomplete' | 'searched'>> {
  const started = clock.now();
  const suspects: LogLine[] = [];
  let pages = 0;
  let incomplete = false;
  let until: number | undefined;
  for (const hours of HOURS_BACK) {
    const since = Math.max(from, started - hours * HOUR_MS);
    const budgetMs = started + BUDGET_MS - clock.now();
    const found = await logs.findLines({
      ...{ group, since, pattern: ERROR_FILTER, budgetMs },
      ...(until === undefined ? {} : { until }),
    });
    suspects.push(...found.lines);
    pages += found.pages;
    incomplete = found.incomplete;
    if (incomplete || since === from) break;
    // The check fails, so the rest is not needed.
    incomplete = isBurst(suspects);
    if (incomplete) break;
    until = since - 1;
  }
  return { suspects, incomplete, searched: { from, pages, ms: clock.now() - started } };
}

async function deploymentTime(outputs: OutputsOf<'worker-logs'>, ecs: DeploymentPort): Promise<number | undefined> {
  const [worker] = await ecs.describeServices(outputs.ecs_cluster_name, [outputs.worker_service_name]);
  return worker?.deployments.find((one) => one.status === 'PRIMARY')?.createdAt;
}
