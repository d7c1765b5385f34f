import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetDashboardCommand,
  ListDashboardsCommand,
} from '@aws-sdk/client-cloudwatch';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, fromState, pages, present, splitArn } from './support.ts';

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
    // Target tracking makes alarms of its own, named after what it scales.
    for (const AlarmNamePrefix of [prefix, `TargetTracking-service/${prefix}`]) {
      const alarms = pages(
        (NextToken) =>
          cloudwatch.send(
            new DescribeAlarmsCommand({ AlarmNamePrefix, AlarmTypes: ALARM_TYPES, MaxRecords: 100, NextToken }),
          ),
        (page) => page.NextToken,
      );
      for await (const page of alarms) {
        for (const { AlarmName: id = '' } of [...(page.MetricAlarms ?? []), ...(page.CompositeAlarms ?? [])]) {
          if (owns(id)) yield { type: 'alarm', id };
        }
      }
    }
    const dashboards = pages(
      (NextToken) => cloudwatch.send(new ListDashboardsCommand({ DashboardNamePrefix: prefix, NextToken })),
      (page) => page.NextToken,
    );
    for await (const page of dashboards) {
      for (const { DashboardName: id = '' } of page.DashboardEntries ?? [])
        if (owns(id)) yield { type: 'dashboard', id };
    }
  },
  fromInventory: (item) => fromState(item, NAMED, fromArn),
  fromArn,
  confirm: ({ type, id }) =>
    type === 'alarm'
      ? alarm(id)
      : ask(
          async () => present((await cloudwatch.send(new GetDashboardCommand({ DashboardName: id }))).DashboardArn),
          'DashboardNotFoundError',
          'ResourceNotFound',
          'ResourceNotFoundException',
        ),
};

async function alarm(id: string) {
  const { MetricAlarms = [], CompositeAlarms = [] } = await cloudwatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [id], AlarmTypes: ALARM_TYPES }),
  );
  const [found] = [...MetricAlarms, ...CompositeAlarms];
  return found ? present(found.StateValue) : absent('not listed');
}

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (resource.startsWith('alarm:')) return { type: 'alarm', id: resource.slice('alarm:'.length), arn };
  if (resource.startsWith('dashboard/')) return { type: 'dashboard', id: resource.slice('dashboard/'.length), arn };
  return undefined;
}
