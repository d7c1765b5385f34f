import type { EcsService } from '../checks/ecs-services.ts';
import { ERROR_FILTER } from '../checks/log-line.ts';
import { FRESH_MINUTES, type LogLine, workerLogs } from '../checks/worker-logs.ts';
import type { Clock } from '../shared/clock.ts';
import type { Conclusion } from '../shared/contracts.ts';
import type { OutputsOf } from '../shared/outputs.ts';

export interface LogsPort {
  logGroupExists(name: string): Promise<boolean>;
  newestStreams(group: string, limit: number): Promise<string[]>;
  findLines(query: {
    group: string;
    since: number;
    pattern?: string;
    maxPages?: number;
    enough?: number;
  }): Promise<{ lines: LogLine[]; incomplete: boolean }>;
}

export interface DeploymentPort {
  describeServices(cluster: string, names: readonly string[]): Promise<EcsService[]>;
}

const STREAMS = 5;
/** Of a deployment that is older than this, only the last day is read. */
const LONGEST_LOOK_BACK_MS = 24 * 3_600_000;
export async function lookAtLogs(
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
  const [streams, recent, suspects] = await Promise.all([
    logs.newestStreams(group, STREAMS),
    logs.findLines({ group, since: now - FRESH_MINUTES * 60_000, enough: 1 }),
    logs.findLines({ group, since: Math.max(deployedAt ?? 0, now - LONGEST_LOOK_BACK_MS), pattern: ERROR_FILTER }),
  ]);
  return workerLogs({
    ...base,
    exists: true,
    ...(deployedAt === undefined ? {} : { deployedAt }),
    streams,
    recent: recent.lines,
    suspects: suspects.lines,
    incomplete: suspects.incomplete,
  });
}

async function deploymentTime(outputs: OutputsOf<'worker-logs'>, ecs: DeploymentPort): Promise<number | undefined> {
  const [worker] = await ecs.describeServices(outputs.ecs_cluster_name, [outputs.worker_service_name]);
  return worker?.deployments.find((one) => one.status === 'PRIMARY')?.createdAt;
}
