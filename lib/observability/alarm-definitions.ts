import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { CommonHandler } from '../../lambdas/contracts/environment-variables.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { UNATTENDED } from '../functions/functions.ts';
import { SCHEDULE_GROUP } from '../names.ts';
import { awsMetric, ownMetric, sumOf } from './metrics.ts';

/** What would fail without anybody noticing, and how it is noticed. */
export interface Watch {
  /** Of the alarm, after `runbook-`. */
  name: string;
  /** For the person who reads the alarm. */
  says: string;
  /** Anchor in docs/operating.md that says what to do. */
  section: string;
  metric: cloudwatch.IMetric;
  /** Alarms at this value; 1 by default. */
  atLeast?: number;
  /** Of a failure that a message tells: it tells nobody itself, unless that message does not come. */
  hasMessage?: true;
  /** Alarms when nothing was counted in so many hours, whether as 0 or not at all. */
  silentHours?: number;
}

export interface Watched {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  functions: Readonly<Record<CommonHandler, lambda.IFunction>>;
  rule: events.IRule;
  deadLetterQueue: sqs.IQueue;
  /** Longer than the longest execution that works on an environment can take. */
  heldHours: number;
}

const SECTIONS: Partial<Record<MachineName, string>> = {
  provision: 'a-provision-failed',
  deploy: 'a-deployment-failed',
  validate: 'a-validation-failed',
  teardown: 'a-teardown-failed',
  sweep: 'a-teardown-failed',
  expire: 'something-outlived-its-time',
};

export function watchesOf({ machines, functions, rule, deadLetterQueue, heldHours }: Watched): Watch[] {
  const unattended = UNATTENDED.map((handler) => functions[handler]);
  const hourly = { period: Duration.hours(1), statistic: 'Maximum' };
  const failed = (Object.entries(machines) as [MachineName, sfn.IStateMachine][]).map(([name, machine]) => ({
    name: `${name}-failed`,
    says: `An execution of runbook-${name} failed, timed out or was stopped.`,
    section: SECTIONS[name] ?? 'it-ends-and-i-still-need-it',
    hasMessage: true as const,
    metric: sumOf('unsuccessful executions', [
      machine.metricFailed({ statistic: 'Sum' }),
      machine.metricTimedOut({ statistic: 'Sum' }),
      machine.metricAborted({ statistic: 'Sum' }),
    ]),
  }));
  return [
    ...failed,
    {
      name: 'leftovers',
      says: 'A sweep found something of an environment that should be gone, and is still paid for.',
      section: 'a-teardown-failed',
      hasMessage: true,
      metric: ownMetric('Sweeps', {}, 'LEFTOVERS'),
    },
    {
      name: 'inconclusive',
      says: 'A sweep could not look everywhere, so nobody knows whether anything is left.',
      section: 'a-teardown-failed',
      hasMessage: true,
      metric: ownMetric('Sweeps', {}, 'INCONCLUSIVE'),
    },
    {
      name: 'past-end',
      says: 'An environment is there two hours after its end: neither its own schedule nor an operator has removed it.',
      section: 'something-outlived-its-time',
      metric: ownMetric('HoursPastEnd', hourly),
      atLeast: 2,
    },
    {
      name: 'held-too-long',
      says: `An environment is being provisioned or torn down for more than ${heldHours} hours, longer than any execution may take.`,
      section: 'an-environment-is-held',
      metric: ownMetric('HoursHeld', hourly),
      atLeast: heldHours,
    },
    {
      name: 'record-unreadable',
      says: 'The record of an environment cannot be read, so it is not torn down before its state bucket says that even a protection is over.',
      section: 'an-environment-is-held',
      metric: ownMetric('RecordsUnreadable', hourly),
    },
    {
      name: 'reaper-missed',
      says: 'No runbook-expire was started for three hours, so nothing ends an environment whose own schedule was lost.',
      section: 'a-schedule-did-not-fire',
      metric: machines.expire.metricStarted({ statistic: 'Sum', period: Duration.hours(1) }),
      silentHours: 3,
    },
    {
      name: 'hourly-missed',
      says: 'Environments were not counted for three hours, so no alarm would tell of one that is past its end.',
      section: 'a-schedule-did-not-fire',
      metric: ownMetric('EnvironmentsAlive', { ...hourly, statistic: 'SampleCount' }),
      silentHours: 3,
    },
    {
      name: 'undelivered',
      says: 'An event or a schedule could not be handled, and waits in the queue runbook-undelivered.',
      section: 'a-schedule-did-not-fire',
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    },
    {
      name: 'lost',
      says: 'An event or a schedule could neither be handled nor be put into the queue runbook-undelivered.',
      section: 'a-schedule-did-not-fire',
      metric: sumOf('lost', [
        ...unattended.map(({ functionName }) =>
          awsMetric('AWS/Lambda', 'DeadLetterErrors', { FunctionName: functionName }),
        ),
        awsMetric('AWS/Events', 'InvocationsFailedToBeSentToDlq', { RuleName: rule.ruleName }),
        awsMetric('AWS/Scheduler', 'InvocationsFailedToBeSentToDeadLetterCount', { ScheduleGroup: SCHEDULE_GROUP }),
      ]),
    },
    {
      name: 'unattended-errors',
      says: `One of ${UNATTENDED.join(', ')} failed, which no execution waits for. It is tried twice more.`,
      section: 'a-schedule-did-not-fire',
      metric: sumOf(
        'errors',
        unattended.map((one) => one.metricErrors()),
      ),
    },
    {
      name: 'throttled',
      says: 'The account has no room for more: what nobody waits for, or every execution, is late.',
      section: 'a-schedule-did-not-fire',
      metric: sumOf('throttled', [
        ...unattended.map((one) => one.metricThrottles()),
        sfn.StateTransitionMetric.metricThrottledEvents({ statistic: 'Sum' }),
      ]),
    },
  ];
}
