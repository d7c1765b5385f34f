import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { dimensionsOf, METRICS_NAMESPACE, type MetricName } from '../../lambdas/runtime/metrics.ts';

/** Returns one of the runbook's own metrics, with the dimensions that its handler emits. */
export function ownMetric(metric: MetricName, options: cloudwatch.MetricOptions = {}, of?: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE,
    metricName: metric,
    dimensionsMap: dimensionsOf(metric, of),
    statistic: 'Sum',
    ...options,
  });
}

/** Returns a metric of AWS for which the CDK has no method. */
export function awsMetric(namespace: string, metricName: string, dimensionsMap: Record<string, string>) {
  return new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum' });
}

/** Returns the sum of several counts. An alarm supports at most ten of them. */
export function sumOf(label: string, counts: readonly cloudwatch.IMetric[], period = Duration.minutes(5)) {
  const usingMetrics = Object.fromEntries(counts.map((count, index) => [`m${index}`, count]));
  // Each count exists only when there is something to count, and a plain sum with a missing count is missing too.
  const filled = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new cloudwatch.MathExpression({ expression: `SUM([${filled.join(', ')}])`, label, period, usingMetrics });
}
