import { Duration } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { CommonHandler } from '../../lambdas/contracts/functions.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';
import { UNATTENDED } from '../functions/functions.ts';
import { SCHEDULE_GROUP } from '../names.ts';
import { awsMetric, ownMetric, sumOf } from './metrics.ts';

/** An alarm reports a failure that would otherwise not be noticed. */
export interface AlarmDefinition {
  /** This is the part of the alarm's name after `runbook-`. */
  name: string;
  /** The text is for people who read the alarm. */
  description: string;
  /** This anchor in docs/operating.md says what to do. */
  runbookAnchor: string;
  metric: cloudwatch.IMetric;
  /** The alarm triggers at this value. The default is 1. */
  atLeast?: number;
  /** A message reports this failure, so the alarm notifies nobody itself unless that message is not sent. */
  hasMessage?: true;
  /** The alarm triggers when nothing was counted for this number of hours, whether the metric is 0 or missing. */
  missingDataHours?: number;
}

export interface AlarmSources {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  functions: Readonly<Record<CommonHandler, lambda.IFunction>>;
  rule: events.IRule;
  deadLetterQueue: sqs.IQueue;
  /** The time is longer than the longest execution that works on an environment. */
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

export function alarmDefinitions({
  machines,
  functions,
  rule,
  deadLetterQueue,
  heldHours,
}: AlarmSources): AlarmDefinition[] {
  const unattended = UNATTENDED.map((handler) => functions[handler]);
  const hourly = { period: Duration.hours(1), statistic: 'Maximum' };
  const failed = (Object.entries(machines) as [MachineName, sfn.IStateMachine][]).map(([name, machine]) => ({
    name: `${name}-failed`,
    description: `An execution of runbook-${name} failed, timed out or was stopped.`,
    runbookAnchor: SECTIONS[name] ?? 'it-ends-and-i-still-need-it',
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
      description: 'A sweep found something of an environment that should be gone, and is still paid for.',
      runbookAnchor: 'a-teardown-failed',
      hasMessage: true,
      metric: ownMetric('Sweeps', {}, 'LEFTOVERS'),
    },
    {
      name: 'inconclusive',
      description: 'A sweep could not look everywhere, so nobody knows whether anything is left.',
      runbookAnchor: 'a-teardown-failed',
      hasMessage: true,
      metric: ownMetric('Sweeps', {}, 'INCONCLUSIVE'),
    },
    {
      name: 'past-end',
      description:
        'An environment is there two hours after its end: neither its own schedule nor an operator has removed it.',
      runbookAnchor: 'something-outlived-its-time',
      metric: ownMetric('HoursPastEnd', hourly),
      atLeast: 2,
    },
    {
      name: 'held-too-long',
      description: `An environment is being provisioned or torn down for more than ${heldHours} hours, longer than any execution may take.`,
      runbookAnchor: 'an-environment-is-held',
      metric: ownMetric('HoursHeld', hourly),
      atLeast: heldHours,
    },
    {
      name: 'record-unreadable',
      description:
        'The record of an environment cannot be read, so it is not torn down before its state bucket says that even a protection is over.',
      runbookAnchor: 'an-environment-is-held',
      metric: ownMetric('RecordsUnreadable', hourly),
    },
    {
      name: 'reaper-missed',
      description:
        'No runbook-expire was started for three hours, so nothing ends an environment whose own schedule was lost.',
      runbookAnchor: 'a-schedule-did-not-fire',
      metric: machines.expire.metricStarted({ statistic: 'Sum', period: Duration.hours(1) }),
      missingDataHours: 3,
    },
    {
      name: 'hourly-missed',
      description: 'Environments were not counted for three hours, so no alarm would tell of one that is past its end.',
      runbookAnchor: 'a-schedule-did-not-fire',
      metric: ownMetric('EnvironmentsAlive', { ...hourly, statistic: 'SampleCount' }),
      missingDataHours: 3,
    },
    {
      name: 'undelivered',
      description: 'An event or a schedule could not be handled, and waits in the queue runbook-dlq.',
      runbookAnchor: 'a-schedule-did-not-fire',
      metric: deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum' }),
    },
    {
      name: 'lost',
      description: 'An event or a schedule could neither be handled nor be put into the queue runbook-dlq.',
      runbookAnchor: 'a-schedule-did-not-fire',
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
      description: `One of ${UNATTENDED.join(', ')} failed, which no execution waits for. It is tried twice more.`,
      runbookAnchor: 'a-schedule-did-not-fire',
      metric: sumOf(
        'errors',
        unattended.map((one) => one.metricErrors()),
      ),
    },
    {
      name: 'throttled',
      description: 'The account has no room for more: what nobody waits for, or every execution, is late.',
      runbookAnchor: 'a-schedule-did-not-fire',
      metric: sumOf('throttled', [
        ...unattended.map((one) => one.metricThrottles()),
        sfn.StateTransitionMetric.metricThrottledEvents({ statistic: 'Sum' }),
      ]),
    },
  ];
}
