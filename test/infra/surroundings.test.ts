import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { flat, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

const { template } = runbook();

describe('schedules', () => {
  test('may start a teardown or a sweep, and report what could not be started', () => {
    const role = statementsOf(template, 'What the schedules of the runbook may do: start a teardown or a sweep');
    expect(role).toHaveLength(2);
    expect(resourcesOf(role, 'states:StartExecution').map((arn) => arn.split(':').at(-1))).toEqual([
      'runbook-sweep',
      'runbook-teardown',
    ]);
    expect(resourcesOf(role, 'sqs:SendMessage')).toHaveLength(1);
  });

  test('lend their role to nothing but the group’s schedules', () => {
    template.hasResourceProperties('AWS::Scheduler::ScheduleGroup', { Name: 'runbook' });
    const [role] = Object.values(
      template.findResources('AWS::IAM::Role', {
        Properties: {
          AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'scheduler.amazonaws.com' } }] },
        },
      }),
    );
    const { Condition } = role?.Properties.AssumeRolePolicyDocument.Statement[0] ?? {};
    expect(flat(Condition.StringEquals['aws:SourceAccount'])).toBe('<AWS::AccountId>');
    expect(flat(Condition.StringEquals['aws:SourceArn'])).toMatch(/:schedule-group\/runbook$/);
  });
});

describe('notifications', () => {
  test('go out over TLS only', () => {
    for (const [type, service] of [
      ['AWS::SNS::TopicPolicy', 'sns'],
      ['AWS::SQS::QueuePolicy', 'sqs'],
    ] as const) {
      template.hasResourceProperties(type, {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({
              Effect: 'Deny',
              Action: Match.stringLikeRegexp(`^${service}:`),
              Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            }),
          ]),
        },
      });
    }
  });

  test('reach an e-mail address where one is configured', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    const { template: subscribed } = runbook({ notifications: { email: 'ops@example.com' } });
    subscribed.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
  });
});

describe('executions that end without success', () => {
  test('are followed by their event, whichever machine and whichever way', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
          status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          stateMachineArn: Match.anyValue(),
        },
      },
      Targets: [
        Match.objectLike({
          DeadLetterConfig: { Arn: Match.anyValue() },
          RetryPolicy: { MaximumEventAgeInSeconds: 7200, MaximumRetryAttempts: 10 },
        }),
      ],
    });
    const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
    expect(rule?.Properties.EventPattern.detail.stateMachineArn).toHaveLength(4);
  });

  test('leave their event in a queue when the function fails too', () => {
    template.hasResourceProperties('AWS::Lambda::Function', {
      FunctionName: 'runbook-execution-ended',
      DeadLetterConfig: { TargetArn: Match.anyValue() },
    });
  });

  test.each(['provision', 'validate', 'teardown', 'sweep'])('raise an alarm of %s that tells people', (name) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: `runbook-${name}-failed`,
      Threshold: 1,
      TreatMissingData: 'notBreaching',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^NotificationsTopic') }],
    });
  });

  test('that could not be handled raise one as well', () => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'runbook-undelivered',
      MetricName: 'ApproximateNumberOfMessagesVisible',
    });
  });
});

test('outputs say how to start, and where everything is', () => {
  const outputs = template.toJSON().Outputs as Record<string, { Value: unknown }>;
  expect(Object.keys(outputs).sort()).toEqual([
    'ControlBucket',
    'ProvisionMachineArn',
    'StartProvision',
    'SweepMachineArn',
    'TeardownMachineArn',
    'ValidateMachineArn',
  ]);
  expect(flat(outputs.StartProvision?.Value)).toMatch(
    /^aws stepfunctions start-execution --state-machine-arn <MachinesProvision\w+> --input '\{"environment":"dev"\}'$/,
  );
});
