import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { DataPoint } from '../../validation/checks/resource-metric.ts';
import type { MetricQuery } from '../../validation/observe-resources.ts';
import { clientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { listOf } from '../responses.ts';

const cloudwatch = new CloudWatchClient(clientConfig);

const ID = 'asked';
const MINUTE = 60;

/**
 * One data point a minute. None is an answer, too, and a half one is not.
 * @throws {UnexpectedResponseError} unless CloudWatch says that the data is complete
 */
export async function dataPoints(query: MetricQuery): Promise<DataPoint[]> {
  const points: DataPoint[] = [];
  let status: string | undefined;
  const all = pages(
    (NextToken) =>
      cloudwatch.send(
        new GetMetricDataCommand({
          MetricDataQueries: [
            {
              Id: ID,
              MetricStat: {
                Metric: {
                  Namespace: query.namespace,
                  MetricName: query.name,
                  Dimensions: [{ Name: query.dimension, Value: query.value }],
                },
                Period: MINUTE,
                Stat: query.statistic,
              },
            },
          ],
          ...{ StartTime: new Date(query.from), EndTime: new Date(query.to), NextToken },
        }),
      ),
    (response) => response.MetricDataResults,
    (response) => response.NextToken,
  );
  for await (const page of all) {
    for (const result of page) {
      if (result.Id !== ID) throw new UnexpectedResponseError('CloudWatch answers with data that was not asked for');
      points.push(...pointsOf(listOf(result.Timestamps, result), listOf(result.Values, result)));
      status = result.StatusCode;
    }
  }
  if (status !== 'Complete')
    throw new UnexpectedResponseError(`CloudWatch gives the data of ${query.name} as ${status ?? 'nothing'}`);
  return points;
}

function pointsOf(times: readonly Date[], values: readonly number[]): DataPoint[] {
  if (times.length !== values.length)
    throw new UnexpectedResponseError(`CloudWatch gives ${times.length} times of ${values.length} values`);
  return times.map((time, index) => ({ at: time.getTime(), value: numberOf(values[index]) }));
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new UnexpectedResponseError(`CloudWatch gives a value as ${JSON.stringify(value)}`);
}
