import type { Finding } from '../contracts/contracts.ts';
import {
  PROVENANCE,
  type SweepEntry,
  type SweepServiceResult,
  type SweepServicesEvent,
  type SweepServicesResult,
  type Swept,
} from '../contracts/sweep-request.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { type Clock, instantOf } from '../runtime/clock.ts';
import { type SweepPorts, sweepService } from './sweep-service.ts';

export interface SweepServicesPorts extends SweepPorts {
  /** Writes the findings to the control bucket. */
  keep(key: string, entries: SweepEntry[]): Promise<void>;
  /** Sweeps CloudTrail, see `sweepProvenance`. */
  provenance(pass: number, timeout: AbortSignal): Promise<SweepServiceResult>;
  clock: Clock;
  /** Returns the milliseconds until Lambda ends this invocation. */
  remainingMs(): number;
}

/** The limit for one service is far above the time that any needs, and below the time that Step Functions waits. */
const MOST_MS = 240_000;
/** The reserve is for writing the findings. */
const RESERVE_MS = 20_000;

/**
 * Sweeps several services concurrently. Each has its own time limit and its own end: a service that hangs or fails is
 * UNKNOWN only for itself, and its earlier findings are kept.
 */
export async function sweepServices(
  { request, services, pass }: SweepServicesEvent,
  ports: SweepServicesPorts,
): Promise<SweepServicesResult> {
  const startedAt = instantOf(ports.clock.now());
  const limit = Math.max(1, Math.min(MOST_MS, ports.remainingMs() - RESERVE_MS));
  const entries = await Promise.all(services.map(sweepOne));
  const key = `${request.keys.base}/sweeps/${request.execution.name}/pass-${pass}-${services[0]}.json`;
  await ports.keep(key, entries);
  const findings = entries.flatMap((entry) => ('findings' in entry ? entry.findings : []));
  const count = (status: Finding['status']) => findings.filter((one) => one.status === status).length;
  const failed = entries.filter((entry) => 'error' in entry).length;
  return {
    services,
    pass,
    startedAt,
    endedAt: instantOf(ports.clock.now()),
    present: count('PRESENT'),
    unknown: count('UNKNOWN') + failed,
    absent: count('ABSENT'),
    key,
  };

  async function sweepOne(service: Swept): Promise<SweepEntry> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(`not done after ${Math.round(limit / 1_000)} s`), limit);
    try {
      if (service === PROVENANCE) return await ports.provenance(pass, timeout.signal);
      return await sweepService({ request, service, pass }, { ...ports, timeout: timeout.signal });
    } catch (error) {
      return { service, pass, error: error instanceof Error ? error.name : 'Error', cause: describeError(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
