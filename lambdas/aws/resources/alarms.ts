import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import type { Alarm } from '../../validation/checks/resource-alarms.ts';
import { clientConfig } from '../client-config.ts';
import { allItems } from '../pages.ts';
import { listOf, textOf } from '../responses.ts';

const cloudwatch = new CloudWatchClient(clientConfig);

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const AT_ONCE = 100;

/** Those of the names that exist. An alarm that the response has and nobody asked for shows that it is another's. */
export async function describeAlarms(names: readonly string[]): Promise<Alarm[]> {
  const found: Alarm[] = [];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    const AlarmNames = names.slice(start, start + AT_ONCE);
    const alarms = await allItems(
      (NextToken) =>
        cloudwatch.send(
          new DescribeAlarmsCommand({
            ...{ AlarmNames, AlarmTypes: ['MetricAlarm', 'CompositeAlarm'] },
            ...{ MaxRecords: AT_ONCE, NextToken },
          }),
        ),
      (response) => [...listOf(response.MetricAlarms, response), ...listOf(response.CompositeAlarms, response)],
      (response) => response.NextToken,
    );
    for (const { AlarmName, AlarmArn, StateValue, StateReason } of alarms) {
      const name = textOf(AlarmName, 'the name of an alarm');
      const state = textOf(StateValue, `the state of alarm ${name}`);
      found.push({
        name,
        state,
        ...(AlarmArn ? { arn: AlarmArn } : {}),
        ...(StateReason ? { reason: StateReason } : {}),
      });
    }
  }
  return found;
}
