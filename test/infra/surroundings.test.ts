import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { flat, resourcesOf, runbook, statementsOf } from './support/runbook.ts';

const { template } = runbook();

function targetOf(schedule: string): string {
  const [found] = Object.values(template.findResources('AWS::Scheduler::Schedule', { Properties: { Name: schedule } }));
  return flat(found?.Properties.Target.Arn);
}

describe('schedules', () => {
  test('may warn, start a teardown, a sweep or an expiry, and report what could not be started', () => {
    const does =
      'What the schedules of the runbook may do: warn, count, look for orphaned resources, and start a teardown, a sweep or an expiry';
    const role = statementsOf(template, does);
    expect(role).toHaveLength(3);
    expect(resourcesOf(role, 'states:StartExecution').map((arn) => arn.split(':').at(-1))).toEqual([
      'runbook-expire',
      'runbook-sweep',
      'runbook-teardown',
    ]);
    expect(resourcesOf(role, 'lambda:InvokeFunction').map((arn) => arn.split(':').at(-1))).toEqual([
      'runbook-environment-metrics',
      'runbook-expiry-warning',
      'runbook-orphans',
    ]);
    expect(resourcesOf(role, 'sqs:SendMessage')).toHaveLength(1);
  });

  test('look every night for what has expired, retry, and leave what fails in the queue with the alarm', () => {
    template.resourceCountIs('AWS::Scheduler::Schedule', 4);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'runbook-nightly',
      GroupName: { Ref: Match.stringLikeRegexp('^SchedulesGroup') },
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Dublin',
      Target: {
        Arn: Match.objectLike({}),
        Input: '{"at":"<aws.scheduler.scheduled-time>"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 21_600, MaximumRetryAttempts: 20 },
        DeadLetterConfig: { Arn: Match.anyValue() },
      },
    });
    expect(targetOf('runbook-nightly')).toMatch(/^<MachinesExpire\w+>$/);
  });

  test('look every hour, and try again ever later what failed', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'runbook-reaper',
      ScheduleExpression: 'cron(17 * * * ? *)',
      Target: {
        Input: '{"at":"<aws.scheduler.scheduled-time>","retry":"backoff"}',
        RetryPolicy: { MaximumEventAgeInSeconds: 3_600, MaximumRetryAttempts: 20 },
        DeadLetterConfig: { Arn: Match.anyValue() },
      },
    });
    expect(targetOf('runbook-reaper')).toMatch(/^<MachinesExpire\w+>$/);
  });

  test('count environments every hour', () => {
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Name: 'runbook-hourly',
      ScheduleExpression: 'rate(1 hour)',
      Target: { Input: '{}', DeadLetterConfig: { Arn: Match.anyValue() } },
    });
    expect(targetOf('runbook-hourly')).toMatch(/^<FunctionsEnvironmentMetrics\w+\.Arn>$/);
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

  test('may be published by the alarms of the account, which a policy of its own would else keep out', () => {
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Allow',
            Principal: { Service: 'cloudwatch.amazonaws.com' },
            Action: 'sns:Publish',
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
        ]),
      },
    });
  });

  test('reach an e-mail address where one is configured', () => {
    template.resourceCountIs('AWS::SNS::Subscription', 0);
    const { template: subscribed } = runbook({ notifications: { email: 'ops@example.com' } });
    subscribed.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'ops@example.com' });
  });

  describe('to a webhook', () => {
    const SENDERS = ['execution-changed', 'expiry-warning', 'environment-metrics', 'orphans'];
    const { template: hooked } = runbook({ notifications: { webhook: { format: 'slack', secret: 'team/slack' } } });

    test('are off by default: no destination, and nobody may put an event', () => {
      for (const type of ['AWS::Events::ApiDestination', 'AWS::Events::Connection']) template.resourceCountIs(type, 0);
      expect(JSON.stringify(template.toJSON())).not.toContain('events:PutEvents');
    });

    test('take its address from Secrets Manager when the stack is deployed', () => {
      hooked.hasResourceProperties('AWS::Events::ApiDestination', {
        InvocationEndpoint: '{{resolve:secretsmanager:team/slack:SecretString:url::}}',
        HttpMethod: 'POST',
      });
    });

    test('are the bodies that the functions have made, and wait in the queue when they do not arrive', () => {
      hooked.hasResourceProperties('AWS::Events::Rule', {
        EventPattern: { source: ['runbook'], 'detail-type': ['Runbook Message'] },
        Targets: [
          Match.objectLike({
            InputPath: '$.detail.body',
            DeadLetterConfig: { Arn: Match.anyValue() },
            RetryPolicy: { MaximumEventAgeInSeconds: 7_200, MaximumRetryAttempts: 10 },
          }),
        ],
      });
    });

    test.each(SENDERS)('%s may put events of this source alone', (handler) => {
      const statements = statementsOf(hooked, `What runbook-${handler} may do`);
      expect(resourcesOf(statements, 'events:PutEvents')).toEqual([expect.stringMatching(/:event-bus\/default$/)]);
      const [grant] = statements.filter(({ Action }) => Action === 'events:PutEvents');
      expect(grant?.Condition).toEqual({
        'ForAllValues:StringEquals': { 'events:source': 'runbook' },
        Null: { 'events:source': 'false' },
      });
    });

    test('come from no other function', () => {
      const text = JSON.stringify(hooked.findResources('AWS::IAM::Role'));
      expect(text.match(/events:PutEvents/g)).toHaveLength(SENDERS.length);
    });
  });
});

describe('executions', () => {
  test('are followed by their events, whichever machine, when they begin and whichever way they end', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.states'],
        'detail-type': ['Step Functions Execution Status Change'],
        detail: {
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
    expect(rule?.Properties.EventPattern.detail.stateMachineArn).toHaveLength(MACHINES.length);
    expect(rule?.Properties.EventPattern.detail).not.toHaveProperty('status');
  });
});
