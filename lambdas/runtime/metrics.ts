import { sweepVerdict } from '../contracts/contracts.ts';
import type { HandlerName } from '../contracts/functions.ts';

/**
 * This module lists the runbook's own metrics, for the functions that emit them and for the alarms and widgets that use
 * them.
 */

export const METRICS_NAMESPACE = 'Runbook';
export const METRICS_SERVICE = 'runbook';

interface MetricShape {
  /** This function emits the metric. */
  handler: HandlerName;
  unit: 'Count' | 'None';
  /**
   * The dimension distinguishes the series of the metric. Each series has its own price, so an environment or a run is
   * never a dimension.
   */
  by?: { dimension: string; values: readonly string[] | 'checks of the stack' };
}

const byCheck = { dimension: 'check', values: 'checks of the stack' } as const;

export const METRICS = {
  ChecksPassed: { handler: 'evidence', unit: 'Count', by: byCheck },
  ChecksFailed: { handler: 'evidence', unit: 'Count', by: byCheck },
  ChecksUnknown: { handler: 'evidence', unit: 'Count', by: byCheck },
  Sweeps: { handler: 'verdict', unit: 'Count', by: { dimension: 'verdict', values: sweepVerdict.options } },
  /** The metric counts what a sweep found that still exists. */
  Leftovers: { handler: 'verdict', unit: 'Count' },
  /**
   * The metric counts executions without success whose message was sent, or whose failure the execution that waits for
   * them reports.
   */
  FailuresHandled: { handler: 'execution-changed', unit: 'Count' },
  EnvironmentsAlive: { handler: 'environment-metrics', unit: 'Count' },
  /** The value is the list price of all live environments, at the last apply of each. */
  UsdPerHour: { handler: 'environment-metrics', unit: 'None' },
  /** The value is for the environment that is longest past its end, its protection included. It is 0 when none is. */
  HoursPastEnd: { handler: 'environment-metrics', unit: 'None' },
  /** The value is for how long the oldest claim has been at work on its environment. It is 0 when none is. */
  HoursHeld: { handler: 'environment-metrics', unit: 'None' },
  RecordsUnreadable: { handler: 'environment-metrics', unit: 'Count' },
} as const satisfies Record<string, MetricShape>;
export type MetricName = keyof typeof METRICS;
export const METRIC_NAMES = Object.keys(METRICS) as MetricName[];

/** Describes one value of one metric. `of` is the value of its dimension, for a metric that has one. */
export interface Measurement {
  metric: MetricName;
  value: number;
  of?: string;
}

/** Returns all series of a metric, as values of its dimension. */
export function seriesOf(metric: MetricName, checks: readonly string[]): readonly (string | undefined)[] {
  const { by }: MetricShape = METRICS[metric];
  if (!by) return [undefined];
  return by.values === 'checks of the stack' ? checks : by.values;
}

/** Returns the dimensions of a series. An alarm or widget must have exactly those that were emitted. */
export function dimensionsOf(metric: MetricName, of?: string): Record<string, string> {
  const known = seriesOf(metric, of === undefined ? [] : [of]).includes(of);
  if (!known) throw new Error(`metric ${metric} has no series "${of}"`);
  const { by }: MetricShape = METRICS[metric];
  return { service: METRICS_SERVICE, ...(by && of !== undefined ? { [by.dimension]: of } : {}) };
}
