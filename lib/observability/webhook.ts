import { Duration, SecretValue } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { ApiDestination } from 'aws-cdk-lib/aws-events-targets';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { WEBHOOK_EVENT } from '../../lambdas/contracts/webhook-message.ts';
import { LeastPrivilegeRole } from '../iam/role.ts';

export interface WebhookProps {
  /** Name of the secret, and its key that has the address. */
  secret: string;
  field: string;
  deadLetterQueue: sqs.IQueue;
}

/**
 * Sends every message to a webhook of Slack or Teams. CloudFormation reads the address from Secrets Manager when it deploys, and logs
 * no resolved value: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references-secretsmanager.html
 */
export class Webhook extends Construct {
  constructor(scope: Construct, id: string, { secret, field, deadLetterQueue }: WebhookProps) {
    super(scope, id);
    // EventBridge knows no connection without authorization. A webhook is authorized by its address, and ignores this header.
    const connection = new events.Connection(this, 'Connection', {
      connectionName: 'runbook-webhook',
      description: 'The address of the webhook is its authorization',
      authorization: events.Authorization.apiKey('x-sent-by', SecretValue.unsafePlainText('runbook')),
    });
    const destination = new events.ApiDestination(this, 'Destination', {
      apiDestinationName: 'runbook-webhook',
      connection,
      endpoint: SecretValue.secretsManager(secret, { jsonField: field }).unsafeUnwrap(),
      httpMethod: events.HttpMethod.POST,
      // Slack takes one message a second for each address: https://docs.slack.dev/apis/web-api/rate-limits
      rateLimitPerSecond: 1,
    });
    const role = new LeastPrivilegeRole(this, 'Role', {
      service: 'events.amazonaws.com',
      description: 'What the rule of the webhook may do',
      grants: [{ actions: ['events:InvokeApiDestination'], resources: [destination.apiDestinationArn] }],
    });
    new events.Rule(this, 'Rule', {
      ruleName: 'runbook-webhook',
      description: 'A message of the runbook goes to the webhook',
      eventPattern: { source: [WEBHOOK_EVENT.source], detailType: [WEBHOOK_EVENT.detailType] },
      targets: [
        new ApiDestination(destination as events.IApiDestination, {
          eventRole: role.immutable,
          event: events.RuleTargetInput.fromEventPath('$.detail.body'),
          deadLetterQueue,
          maxEventAge: Duration.hours(2),
          retryAttempts: 10,
        }),
      ],
    });
  }
}
