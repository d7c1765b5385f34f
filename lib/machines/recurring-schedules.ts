import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { Config } from '../config/config.ts';
import type { Schedules } from './schedules.ts';

export interface RecurringSchedulesProps {
  schedules: Schedules;
  expiry: Config['expiry'];
  expire: sfn.IStateMachine;
  environmentMetrics: lambda.IFunction;
  orphans: lambda.IFunction;
  deadLetterQueue: sqs.IQueue;
}

/**
 * These schedules run whether or not there is an environment. Every hour, they emit environment metrics, search for
 * orphaned resources, and tear down expired environments, at increasing intervals after a failed teardown. Every night,
 * a separate schedule tears down all expired environments, including those whose teardown failed before.
 */
export class RecurringSchedules extends Construct {
  constructor(scope: Construct, id: string, props: RecurringSchedulesProps) {
    super(scope, id);
    const { schedules, expiry } = props;
    const target = (arn: string, input: object, hoursOfRetries: number) => ({
      arn,
      roleArn: schedules.role.roleArn,
      input: JSON.stringify(input),
      deadLetterConfig: { arn: props.deadLetterQueue.queueArn },
      retryPolicy: { maximumEventAgeInSeconds: hoursOfRetries * 3_600, maximumRetryAttempts: 20 },
    });
    const recurring = (name: string, schedule: Omit<scheduler.CfnScheduleProps, 'groupName' | 'flexibleTimeWindow'>) =>
      new scheduler.CfnSchedule(this, name, {
        ...schedule,
        groupName: schedules.group.ref,
        flexibleTimeWindow: { mode: 'OFF' },
      });
    const [hour, minute] = expiry.nightlyAt.split(':').map(Number);
    recurring('Nightly', {
      name: 'runbook-nightly',
      description: 'Tears down every environment whose time is over, those too whose teardown failed before',
      scheduleExpression: `cron(${minute} ${hour} * * ? *)`,
      scheduleExpressionTimezone: expiry.timeZone,
      // The input contains the time and not the invocation's id, because each attempt has another id.
      target: target(props.expire.stateMachineArn, { at: '<aws.scheduler.scheduled-time>' }, 6),
    });
    recurring('Reaper', {
      name: 'runbook-reaper',
      description: 'Tears down every environment whose own schedule did not; one that failed, after ever longer times',
      // The schedule avoids the full hour, when most schedules are due.
      scheduleExpression: 'cron(17 * * * ? *)',
      // After an hour, the next invocation does the same.
      target: target(props.expire.stateMachineArn, { at: '<aws.scheduler.scheduled-time>', retry: 'backoff' }, 1),
    });
    recurring('Hourly', {
      name: 'runbook-hourly',
      description: 'Counts environments, for the dashboard and the alarms',
      scheduleExpression: 'rate(1 hour)',
      // After an hour, the next invocation counts again.
      target: target(props.environmentMetrics.functionArn, {}, 1),
    });
    recurring('Orphans', {
      name: 'runbook-orphans',
      description: 'Names resources of living environments that Terraform does not know',
      scheduleExpression: 'cron(47 * * * ? *)',
      // After an hour, the next invocation does the same.
      target: target(props.orphans.functionArn, {}, 1),
    });
  }
}
