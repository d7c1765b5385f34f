import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  type DescribeAlarmsOutput,
  GetDashboardCommand,
  ListDashboardsCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem, pages } from '../pages.ts';
import { listOf, namedIn, textOf } from '../responses.ts';
import { absent, ask, fromState, present, splitArn } from './support.ts';

const cloudwatch = new CloudWatchClient(patientConfig);

const ALARM_TYPES = ['MetricAlarm' as const, 'CompositeAlarm' as const];

const NAMED = {
  aws_cloudwatch_metric_alarm: 'alarm',
  aws_cloudwatch_composite_alarm: 'alarm',
  aws_cloudwatch_dashboard: 'dashboard',
};

export const sweeper: Sweeper = {
  async *list({ request, owns }) {
    const { prefix } = request.names;
    // Target tracking creates its own alarms, and names them after the resource that it scales.
    for (const AlarmNamePrefix of [prefix, `TargetTracking-service/${prefix}`]) {
      const alarms = eachItem(
        (NextToken) =>
          cloudwatch.send(
            new DescribeAlarmsCommand({ AlarmNamePrefix, AlarmTypes: ALARM_TYPES, MaxRecords: 100, NextToken }),
          ),
        bothKinds,
        (page) => page.NextToken,
      );
      for await (const { AlarmName } of alarms) {
        const id = textOf(AlarmName, 'the name of an alarm');
        if (owns(id)) yield { type: 'alarm', id };
      }
    }
    const dashboards = eachItem(
      (NextToken) => cloudwatch.send(new ListDashboardsCommand({ DashboardNamePrefix: prefix, NextToken })),
      (page) => page.DashboardEntries,
      (page) => page.NextToken,
    );
    for await (const { DashboardName } of dashboards) {
      const id = textOf(DashboardName, 'the name of a dashboard');
      if (owns(id)) yield { type: 'dashboard', id };
    }
  },
  fromInventory: (item) => fromState(item, NAMED, fromArn),
  fromArn,
  confirm: ({ type, id }) =>
    type === 'alarm'
      ? alarm(id)
      : ask(
          async () => {
            const { DashboardArn } = await cloudwatch.send(new GetDashboardCommand({ DashboardName: id }));
            return present(textOf(DashboardArn, `the ARN of dashboard ${id}`));
          },
          'DashboardNotFoundError',
          'ResourceNotFound',
          'ResourceNotFoundException',
        ),
};

async function alarm(id: string) {
  const all = pages(
    (NextToken) => cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: [id], AlarmTypes: ALARM_TYPES, NextToken })),
    bothKinds,
    (page) => page.NextToken,
  );
  for await (const page of all) {
    const found = namedIn(page, (one) => one.AlarmName === id, {});
    if (found) return present(found.StateValue);
  }
  return absent('not listed');
}

function bothKinds(response: DescribeAlarmsOutput) {
  return [...listOf(response.MetricAlarms, response), ...listOf(response.CompositeAlarms, response)];
}

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (resource.startsWith('alarm:')) return { type: 'alarm', id: resource.slice('alarm:'.length), arn };
  if (resource.startsWith('dashboard/')) return { type: 'dashboard', id: resource.slice('dashboard/'.length), arn };
  return undefined;
}
