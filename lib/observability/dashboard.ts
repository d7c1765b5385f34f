import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { type MetricName, seriesOf } from '../../lambdas/runtime/metrics.ts';
import { DASHBOARD, IMAGES_PROJECT, TERRAFORM_PROJECT } from '../names.ts';
import { awsMetric, ownMetric } from './metrics.ts';

export interface DashboardProps {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  /** These are the names of the stack's checks. */
  checks: readonly string[];
  alarms: readonly cloudwatch.IAlarm[];
}

const HOURLY = { period: Duration.hours(1), statistic: 'Maximum' } as const;
const DAILY = { period: Duration.days(1), statistic: 'Sum' } as const;
/** The widget has half the width of the grid, which has 24 columns. */
const HALF = { width: 12, height: 6 };

/**
 * The dashboard shows the state of the automation itself: live environments and their costs, runs and their durations,
 * and failures.
 */
export class Dashboard extends Construct {
  readonly dashboard: cloudwatch.Dashboard;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    const machines = Object.entries(props.machines) as [MachineName, sfn.IStateMachine][];
    const byMachine = (metric: (machine: sfn.IStateMachine, label: string) => cloudwatch.IMetric) =>
      machines.map(([name, machine]) => metric(machine, name));
    /** Returns one line for each value of the metric's dimension. */
    const series = (metric: MetricName) =>
      seriesOf(metric, props.checks).map((of) => ownMetric(metric, { ...DAILY, label: of ?? metric }, of));
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: DASHBOARD,
      defaultInterval: Duration.days(7),
      widgets: [
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 4 })],
        [
          graph('Environments alive', [ownMetric('EnvironmentsAlive', { ...HOURLY, label: 'alive' })]),
          graph('Cost of what is alive, USD an hour by list price', [
            ownMetric('UsdPerHour', { ...HOURLY, label: 'USD/h' }),
          ]),
        ],
        [
          graph(
            'Runs a day',
            byMachine((machine, label) => machine.metricStarted({ ...DAILY, label })),
          ),
          graph(
            'Runs without success a day',
            byMachine((machine, label) => machine.metricFailed({ ...DAILY, label })),
          ),
        ],
        [
          graph('Duration by machine, longest, ms', [
            ...byMachine((machine, label) => machine.metricTime({ ...HOURLY, label })),
          ]),
          graph('Duration of builds, longest, s', [
            build(TERRAFORM_PROJECT, 'Duration', 'Terraform'),
            build(TERRAFORM_PROJECT, 'QueuedDuration', 'Terraform, queued'),
            build(IMAGES_PROJECT, 'Duration', 'images'),
            build(IMAGES_PROJECT, 'QueuedDuration', 'images, queued'),
          ]),
        ],
        [
          graph('Failed checks a day', series('ChecksFailed')),
          graph('Checks that could not look, a day', series('ChecksUnknown')),
        ],
        [graph('Passed checks a day', series('ChecksPassed')), graph('Sweeps a day, by verdict', series('Sweeps'))],
        [
          graph('Failures of which people were told, a day', [
            ownMetric('FailuresHandled', { ...DAILY, label: 'failures' }),
          ]),
        ],
        [
          graph('Leftovers of a sweep, most', [ownMetric('Leftovers', { ...HOURLY, label: 'leftovers' })]),
          graph('What is late, hours', [
            ownMetric('HoursPastEnd', { ...HOURLY, label: 'past its end' }),
            ownMetric('HoursHeld', { ...HOURLY, label: 'held by an execution' }),
            ownMetric('RecordsUnreadable', { ...HOURLY, label: 'records that cannot be read' }),
          ]),
        ],
      ],
    });
  }
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, ...HALF, leftYAxis: { min: 0, showUnits: false } });
}

function build(project: string, metric: string, label: string): cloudwatch.IMetric {
  return awsMetric('AWS/CodeBuild', metric, { ProjectName: project }).with({ ...HOURLY, label });
}
