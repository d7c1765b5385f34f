import { sweepVerdict } from '../contracts/contracts.ts';
import type { HandlerName } from '../contracts/functions.ts';

/** The runbook's own metrics, in one list for the functions that emit them and for the alarms and widgets that watch. */

export const METRICS_NAMESPACE = 'Runbook';
export const METRICS_SERVICE = 'runbook';

interface MetricShape {
  /** Who emits it. */
  handler: HandlerName;
  unit: 'Count' | 'None';
  /** What tells its series apart. Each series is paid for by itself, so never an environment or a run. */
  by?: { dimension: string; values: readonly string[] | 'checks of the stack' };
}

const byCheck = { dimension: 'check', values: 'checks of the stack' } as const;

export const METRICS = {
  ChecksPassed: { handler: 'evidence', unit: 'Count', by: byCheck },
  ChecksFailed: { handler: 'evidence', unit: 'Count', by: byCheck },
  ChecksUnknown: { handler: 'evidence', unit: 'Count', by: byCheck },
  Sweeps: { handler: 'verdict', unit: 'Count', by: { dimension: 'verdict', values: sweepVerdict.options } },
  /** What a sweep found that is still there. */
  Leftovers: { handler: 'verdict', unit: 'Count' },
  /** Executions without success whose message was sent, or that whoever waits for them tells. */
  FailuresHandled: { handler: 'execution-changed', unit: 'Count' },
  EnvironmentsAlive: { handler: 'environment-metrics', unit: 'Count' },
  /** List price of all that are alive, as of each one's last apply. */
  UsdPerHour: { handler: 'environment-metrics', unit: 'None' },
  /** Of the environment that is longest past its end, its protection included; 0 when none is. */
  HoursPastEnd: { handler: 'environment-metrics', unit: 'None' },
  /** For how long the oldest claim has been at work on its environment; 0 when none is. */
  HoursHeld: { handler: 'environment-metrics', unit: 'None' },
  RecordsUnreadable: { handler: 'environment-metrics', unit: 'Count' },
} as const satisfies Record<string, MetricShape>;
export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** One value of one metric. `of` is the value of its dimension, for a metric that has one. */
export interface Measurement {
  metric: MetricName;
  value: number;
  of?: string;
}

/** All series of a metric, as values of its dimension. */
export function seriesOf(metric: MetricName, checks: readonly string[]): readonly (string | undefined)[] {
  const { by }: MetricShape = METRICS[metric];
  if (!by) return [undefined];
  return by.values === 'checks of the stack' ? checks : by.values;
}

/** The dimensions by which CloudWatch knows a series: what is watched must have exactly those that were emitted. */
export function dimensionsOf(metric: MetricName, of?: string): Record<string, string> {
  const known = seriesOf(metric, of === undefined ? [] : [of]).includes(of);
  if (!known) throw new Error(`metric ${metric} has no series "${of}"`);
  const { by }: MetricShape = METRICS[metric];
  return { service: METRICS_SERVICE, ...(by && of !== undefined ? { [by.dimension]: of } : {}) };
}
