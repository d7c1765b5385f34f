import type { MetricBound } from '../../contracts/resource-checks.ts';
import type { Seen } from './resource-seen.ts';

export interface DataPoint {
  /** Milliseconds. */
  at: number;
  value: number;
}

/**
 * CloudWatch has data points of services a few minutes late; what is older than the window is stale. It keeps the data of a name, whoever had
 * the name: what is older than the environment is of another resource.
 */
function within(points: readonly DataPoint[], minutes: number, now: number, since: number): readonly DataPoint[] {
  return points.filter(({ at }) => at >= Math.max(now - (minutes + 1) * 60_000, since));
}

/** @param since milliseconds: when the environment was created */
export function metricBound(
  { name, statistic, atMost, atLeast, minutes }: MetricBound,
  given: readonly DataPoint[],
  now: number,
  since: number,
): Seen {
  const points = within(given, minutes, now, since);
  const what = `${statistic.toLowerCase()} of ${name}`;
  const newest = points.reduce<DataPoint | undefined>(
    (last, one) => (last && last.at >= one.at ? last : one),
    undefined,
  );
  if (!newest)
    return { status: 'unread', text: `CloudWatch has no data point of ${name} in the last ${minutes} minutes` };
  const values = points.map(({ value }) => value);
  if (values.some((value) => !Number.isFinite(value))) return { status: 'unknown', text: `${what} is no number` };
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (atMost !== undefined && most > atMost)
    return {
      status: 'not-ready',
      text: `${what} was ${most} in the last ${minutes} minutes, and ${atMost} is allowed`,
    };
  if (atLeast !== undefined && least < atLeast)
    return {
      status: 'not-ready',
      text: `${what} was ${least} in the last ${minutes} minutes, and ${atLeast} is wanted`,
    };
  return { status: 'passed', text: `${what} is ${newest.value}` };
}

export function expectedOfMetric({ name, statistic, atMost, atLeast, minutes }: MetricBound): string {
  const bounds = [
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
  ];
  const is = bounds.length > 0 ? `is ${bounds.join(' and ')}` : 'has data points';
  return `${statistic.toLowerCase()} of ${name} ${is} in ${minutes} minutes`;
}

/**
 * @param atMostPercent of the invocations in the window
 * @param since milliseconds: when the environment was created
 */
export function errorRate(
  { atMostPercent, minutes }: { atMostPercent: number; minutes: number },
  given: { errors: readonly DataPoint[]; invocations: readonly DataPoint[] },
  now: number,
  since: number,
): Seen {
  const invocations = within(given.invocations, minutes, now, since).filter(({ value }) => value > 0);
  const errors = within(given.errors, minutes, now, since);
  const all = sum(invocations);
  if (!(all > 0)) return { status: 'unread', text: `CloudWatch counts no invocation in the last ${minutes} minutes` };
  // Lambda writes both metrics with each invocation: https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
  const unread = invocations.filter(({ at }) => !errors.some((one) => one.at === at));
  if (unread.length > 0) {
    const text = `CloudWatch counts ${all} invocations, and has no data of the errors of ${sum(unread)}`;
    return { status: 'unread', text };
  }
  const failed = sum(errors);
  const percent = (100 * failed) / all;
  const text = `${failed} of ${all} invocations failed in ${minutes} minutes`;
  return Number.isFinite(percent) && percent <= atMostPercent
    ? { status: 'passed', text }
    : { status: 'not-ready', text: `${text}, and ${atMostPercent} % are allowed` };
}

const sum = (points: readonly DataPoint[]): number => points.reduce((total, { value }) => total + value, 0);
