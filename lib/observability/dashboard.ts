import { Duration, Stack, Token } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { machinePage } from '../../lambdas/contracts/console.ts';
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
const MS_PER_MINUTE = 60_000;
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
        [new cloudwatch.TextWidget({ markdown: this.#links(machines), width: 24, height: 3 })],
        [new cloudwatch.AlarmStatusWidget({ title: 'Alarms', alarms: [...props.alarms], width: 24, height: 4 })],
        [
          now('Living environments', ownMetric('EnvironmentsAlive', HOURLY)),
          now('Their cost, USD an hour by list price', ownMetric('UsdPerHour', HOURLY)),
          now('Leftovers of the last sweeps', ownMetric('Leftovers', HOURLY)),
          now('Hours past the end', ownMetric('HoursPastEnd', HOURLY)),
        ],
        [
          graph('Living environments', [ownMetric('EnvironmentsAlive', { ...HOURLY, label: 'living' })]),
          graph('Cost of the living environments, USD an hour by list price', [
            ownMetric('UsdPerHour', { ...HOURLY, label: 'USD/h' }),
          ]),
        ],
        [
          graph(
            'Runs a day',
            byMachine((machine, label) => machine.metricStarted({ ...DAILY, label })),
          ),
          graph(
            'Failed runs a day',
            byMachine((machine, label) => machine.metricFailed({ ...DAILY, label })),
          ),
        ],
        [
          graph(
            'Duration by machine, longest, minutes',
            byMachine((machine, label) => minutes(machine.metricTime(HOURLY), label)),
          ),
          graph('Duration of builds, longest, s', [
            build(TERRAFORM_PROJECT, 'Duration', 'Terraform'),
            build(TERRAFORM_PROJECT, 'QueuedDuration', 'Terraform, queued'),
            build(IMAGES_PROJECT, 'Duration', 'images'),
            build(IMAGES_PROJECT, 'QueuedDuration', 'images, queued'),
          ]),
        ],
        [
          graph('Failed checks a day', series('ChecksFailed')),
          graph('Checks without a result a day', series('ChecksUnknown')),
        ],
        [graph('Passed checks a day', series('ChecksPassed')), graph('Sweeps a day, by verdict', series('Sweeps'))],
        [graph('Notified failures a day', [ownMetric('FailuresHandled', { ...DAILY, label: 'failures' })])],
        [
          graph('Leftovers of a sweep, most', [ownMetric('Leftovers', { ...HOURLY, label: 'leftovers' })]),
          graph('Late environments and executions, hours', [
            ownMetric('HoursPastEnd', { ...HOURLY, label: 'past its end' }),
            ownMetric('HoursHeld', { ...HOURLY, label: 'held by an execution' }),
            ownMetric('RecordsUnreadable', { ...HOURLY, label: 'records that cannot be read' }),
          ]),
        ],
      ],
    });
  }

  #links(machines: readonly (readonly [MachineName, sfn.IStateMachine])[]): string {
    const { partition, region } = Stack.of(this);
    const page = (arn: string) => machinePage(Token.isUnresolved(partition) ? 'aws' : partition, region, arn);
    return [
      `Executions: ${machines.map(([name, { stateMachineArn }]) => `[${name}](${page(stateMachineArn)})`).join(' · ')}`,
      'Each environment with its end, cost, verdict and run pages: `npx runbook board --open`',
    ].join('\n\n');
  }
}

/** Shows the last value as a number. */
function now(title: string, metric: cloudwatch.IMetric): cloudwatch.SingleValueWidget {
  return new cloudwatch.SingleValueWidget({ title, metrics: [metric], width: 6, height: 3 });
}

/** Step Functions measures in milliseconds, and a run takes an hour. */
function minutes(time: cloudwatch.IMetric, label: string): cloudwatch.IMetric {
  return new cloudwatch.MathExpression({
    expression: `${label}/${MS_PER_MINUTE}`,
    usingMetrics: { [label]: time },
    label,
    period: HOURLY.period,
  });
}

function graph(title: string, left: cloudwatch.IMetric[]): cloudwatch.GraphWidget {
  return new cloudwatch.GraphWidget({ title, left, ...HALF, leftYAxis: { min: 0, showUnits: false } });
}

function build(project: string, metric: string, label: string): cloudwatch.IMetric {
  return awsMetric('AWS/CodeBuild', metric, { ProjectName: project }).with({ ...HOURLY, label });
}
