import { Aws, Duration, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { NOTIFICATIONS_TOPIC } from '../names.ts';

/** How the runbook reaches people, and where events wait that it could not handle. */
export class Notifications extends Construct {
  readonly topic: sns.Topic;
  readonly deadLetterQueue: sqs.Queue;

  constructor(scope: Construct, id: string, props: { email?: string | undefined }) {
    super(scope, id);
    // With the disk encryption of SNS, as every topic: a key of one's own would have to admit CloudWatch and each publisher.
    this.topic = new sns.Topic(this, 'Topic', {
      topicName: NOTIFICATIONS_TOPIC,
      displayName: 'Runbook',
      enforceSSL: true,
    });
    // A policy of its own takes the place of the one by which every service of the account may publish.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AllowAlarms',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    // Events of environments. A condition could turn them away without a trace: see infra/aws-v3/stack/sns.tf.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AllowEvents',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    if (props.email) this.topic.addSubscription(new EmailSubscription(props.email));

    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetterQueue', {
      queueName: 'runbook-dlq',
      enforceSSL: true,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.deadLetterQueue).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'It is the dead-letter queue.',
    });
  }
}
