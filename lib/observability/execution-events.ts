import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { IMAGES_PROJECT, TERRAFORM_PROJECT } from '../../lambdas/contracts/deployed-names.ts';
import type { MachineName } from '../../lambdas/contracts/record.ts';

export interface ExecutionEventsProps {
  machines: Readonly<Record<MachineName, sfn.IStateMachine>>;
  executionChanged: lambda.IFunction;
  board: lambda.IFunction;
  deadLetterQueue: sqs.IQueue;
}

/**
 * The construct handles the status-change events of executions. Cleanup and notification therefore also happen after an
 * abort or a timeout, and a failed state stays the last state, from which the execution can be redriven.
 */
export class ExecutionEvents extends Construct {
  readonly rule: events.Rule;

  constructor(scope: Construct, id: string, props: ExecutionEventsProps) {
    super(scope, id);
    this.rule = new events.Rule(this, 'Changed', {
      ruleName: 'runbook-execution-changed',
      description: 'An execution of the runbook began or ended',
      eventPattern: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: {
          stateMachineArn: Object.values(props.machines).map((machine) => machine.stateMachineArn),
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
    // The function of the first rule updates the board when an execution begins or ends. A build is a step of a running
    // execution, so its events need a rule of their own.
    new events.Rule(this, 'Built', {
      ruleName: 'runbook-build-changed',
      description: 'A build of the runbook began or ended',
      eventPattern: {
        source: ['aws.codebuild'],
        detailType: ['CodeBuild Build State Change'],
        detail: { 'project-name': [TERRAFORM_PROJECT, IMAGES_PROJECT] },
      },
      // After an hour, a later event, or the hourly one, has updated the board.
      targets: [
        new LambdaFunction(props.board, {
          deadLetterQueue: props.deadLetterQueue,
          maxEventAge: Duration.hours(1),
          retryAttempts: 2,
        }),
      ],
    });
  }
}
