import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import type { MachineName } from '../lambdas/shared/record.ts';
import { machineName } from './names.ts';

export interface ExecutionWatchProps {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  executionChanged: lambda.IFunction;
  topic: sns.ITopic;
  deadLetterQueue: sqs.IQueue;
}

/**
 * Follows executions from outside, by their status-change events: so that cleanup and notification also happen after
 * an abort or a timeout, and a failed state stays the last one, from which the execution can be redriven.
 */
export class ExecutionWatch extends Construct {
  constructor(scope: Construct, id: string, props: ExecutionWatchProps) {
    super(scope, id);
    const machines = Object.entries(props.machines) as [MachineName, sfn.IStateMachine][];
    new events.Rule(this, 'Changed', {
      ruleName: 'runbook-execution-changed',
      description: 'An execution of the runbook began or ended',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: machines.map(([, machine]) => machine.stateMachineArn),
        },
      },
      targets: [
        new LambdaFunction(props.executionChanged, {
          deadLetterQueue: props.deadLetterQueue,
          maxEventAge: Duration.hours(2),
          retryAttempts: 10,
        }),
      ],
    });

    const alarm = (alarmId: string, alarmName: string, alarmDescription: string, metric: cloudwatch.IMetric) =>
      new cloudwatch.Alarm(this, alarmId, {
        alarmName,
        alarmDescription,
        metric,
        threshold: 1,
        evaluationPeriods: 1,
        comparisonOperator: cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      }).addAlarmAction(new SnsAction(props.topic));
    for (const [name, machine] of machines) {
      alarm(
        `Failed-${name}`,
        `${machineName(name)}-failed`,
        `An execution of ${machineName(name)} failed, timed out or was stopped`,
        new cloudwatch.MathExpression({
          expression: 'failed + timedOut + aborted',
          label: 'unsuccessful executions',
          period: Duration.minutes(5),
          usingMetrics: {
            failed: machine.metricFailed({ statistic: 'Sum' }),
            timedOut: machine.metricTimedOut({ statistic: 'Sum' }),
            aborted: machine.metricAborted({ statistic: 'Sum' }),
          },
        }),
      );
    }
    alarm(
      'Undelivered',
      'runbook-undelivered',
      'An event or a schedule could not be handled: an environment may outlive its time',
      props.deadLetterQueue.metricApproximateNumberOfMessagesVisible({
        period: Duration.minutes(5),
        statistic: 'Maximum',
      }),
    );
  }
}
