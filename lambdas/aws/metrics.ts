import { Metrics } from '@aws-lambda-powertools/metrics';
import { dimensionsOf, METRICS, METRICS_NAMESPACE, METRICS_SERVICE, type Measurement } from '../runtime/metrics.ts';

const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: METRICS_SERVICE });

/**
 * Writes each measurement as a log line in the embedded metric format, which CloudWatch turns into a metric without an
 * API call.
 */
export function emit(measurements: readonly Measurement[]): void {
  for (const { metric, value, of } of measurements) {
    const { service: _, ...own } = dimensionsOf(metric, of);
    const single = metrics.singleMetric();
    for (const [dimension, text] of Object.entries(own)) single.addDimension(dimension, text);
    single.addMetric(metric, METRICS[metric].unit, value);
  }
}
