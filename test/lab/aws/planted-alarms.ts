import { CloudWatchClient, PutDashboardCommand, PutMetricAlarmCommand, type Tag } from '@aws-sdk/client-cloudwatch';
import type { ClientConfig } from '../../../lab/context.ts';

/** Plants an alarm with these tags, one that target tracking creates itself and without any, and a dashboard. */
export async function plantAlarms(config: ClientConfig, prefix: string, tags: Tag[] = []): Promise<void> {
  const cloudwatch = new CloudWatchClient(config);
  for (const [AlarmName, Tags] of [
    [`${prefix}-5xx`, tags],
    [`TargetTracking-service/${prefix}-cluster/${prefix}-api-svc-AlarmHigh-1`, []],
  ] as const) {
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName,
        MetricName: 'm',
        Namespace: 'n',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Tags: [...Tags],
      }),
    );
  }
  await cloudwatch.send(new PutDashboardCommand({ DashboardName: prefix, DashboardBody: '{"widgets":[]}' }));
}
