import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { dimensionsOf, METRICS_NAMESPACE, type MetricName } from '../../lambdas/runtime/metrics.ts';

/** One of the runbook's own metrics, by the dimensions with which its handler emits it. */
export function ownMetric(metric: MetricName, options: cloudwatch.MetricOptions = {}, of?: string): cloudwatch.Metric {
  return new cloudwatch.Metric({
    namespace: METRICS_NAMESPACE,
    metricName: metric,
    dimensionsMap: dimensionsOf(metric, of),
    statistic: 'Sum',
    ...options,
  });
}

/** A metric of AWS's own for which the CDK has no method. */
export function awsMetric(namespace: string, metricName: string, dimensionsMap: Record<string, string>) {
  return new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic: 'Sum' });
}

/** The sum of several counts, of which an alarm takes ten at most. */
export function sumOf(label: string, counts: readonly cloudwatch.IMetric[], period = Duration.minutes(5)) {
  const usingMetrics = Object.fromEntries(counts.map((count, index) => [`m${index}`, count]));
  // Each is there only when it has something to count, and a plain sum with what is not there is not there either.
  const filled = Object.keys(usingMetrics).map((name) => `FILL(${name}, 0)`);
  return new cloudwatch.MathExpression({ expression: `SUM([${filled.join(', ')}])`, label, period, usingMetrics });
}
