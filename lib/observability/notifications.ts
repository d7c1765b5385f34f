import { Aws, Duration, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { CHAT_TOPIC, NOTIFICATIONS_TOPIC } from '../names.ts';

/** The construct contains the topics for notifications, and the queue for events that could not be handled. */
export class Notifications extends Construct {
  readonly topic: sns.Topic;
  /** Amazon Q Developer in chat applications reads this topic, and accepts only messages of its own schema. */
  readonly chatTopic?: sns.Topic;
  readonly deadLetterQueue: sqs.Queue;

  constructor(scope: Construct, id: string, props: { email?: string | undefined; chat?: boolean | undefined }) {
    super(scope, id);
    // Every topic uses the disk encryption of SNS. A customer managed key would have to permit CloudWatch and each
    // publisher.
    this.topic = new sns.Topic(this, 'Topic', {
      topicName: NOTIFICATIONS_TOPIC,
      displayName: 'Runbook',
      enforceSSL: true,
    });
    // The topic's own policy replaces the default, by which every service of the account may publish.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AllowAlarms',
        principals: [new iam.ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
    );
    // EventBridge publishes events of environments. With a condition, SNS could reject them without a trace: see
    // infra/aws-v3/stack/sns.tf.
    this.topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'AllowEvents',
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
      }),
    );
    if (props.chat)
      this.chatTopic = new sns.Topic(this, 'ChatTopic', {
        topicName: CHAT_TOPIC,
        displayName: 'Runbook chat',
        enforceSSL: true,
      });
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
