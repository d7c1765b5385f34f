import { ARN, at, type GenericKind } from './kind.ts';

/** Kinds of events, streams and queues. */
export const MESSAGES: readonly GenericKind[] = [
  {
    type: 'AWS::Pipes::Pipe',
    arn: ['pipes', at('pipe/')],
    terraform: ['aws_pipes_pipe'],
    named: 'identifier',
    actions: ['pipes:ListPipes'],
    costs: 'by its requests',
  },
  {
    type: 'AWS::Scheduler::Schedule',
    arn: ['scheduler', /^schedule\/[^/]+\/([^/]+)$/],
    // Terraform's id has the group, too.
    identifier: ([, name = '']) => name,
    terraform: ['aws_scheduler_schedule'],
    named: 'identifier',
    actions: ['scheduler:ListSchedules'],
  },
  {
    type: 'AWS::Events::EventBus',
    arn: ['events', at('event-bus/')],
    terraform: ['aws_cloudwatch_event_bus'],
    named: 'identifier',
    actions: ['events:ListEventBuses', 'events:ListTagsForResource'],
  },
  {
    type: 'AWS::Events::Archive',
    arn: ['events', at('archive/')],
    terraform: ['aws_cloudwatch_event_archive'],
    named: 'identifier',
    actions: ['events:ListArchives'],
    costs: 'by what is stored, about 0.02 $ a GiB and month',
  },
  {
    type: 'AWS::Kinesis::Stream',
    arn: ['kinesis', at('stream/')],
    terraform: ['aws_kinesis_stream'],
    named: 'identifier',
    actions: ['kinesis:ListStreams'],
    costs: 'by its shards or by the hour, about 0.015 $ an hour at least',
  },
  {
    type: 'AWS::KinesisFirehose::DeliveryStream',
    arn: ['firehose', at('deliverystream/')],
    terraform: ['aws_kinesis_firehose_delivery_stream'],
    named: 'identifier',
    actions: ['firehose:ListDeliveryStreams'],
  },
  {
    type: 'AWS::MSK::Cluster',
    arn: ['kafka', /^cluster\/(.+)$/],
    identifier: ARN,
    terraform: ['aws_msk_cluster'],
    named: 'identifier',
    actions: ['kafka:ListClusters'],
    costs: 'by its brokers and storage, from about 0.09 $ an hour',
  },
  {
    type: 'AWS::AmazonMQ::Broker',
    arn: ['mq', /^broker:[^:]+:([^:]+)$/],
    terraform: ['aws_mq_broker'],
    named: 'BrokerName',
    readable: true,
    actions: ['mq:ListBrokers', 'mq:DescribeBroker'],
    costs: 'by its instances, from about 0.03 $ an hour',
  },
  {
    type: 'AWS::SQS::Queue',
    arn: ['sqs', at('')],
    identifier: ([, name], arn) => {
      const [, partition = 'aws', , region, account] = arn.split(':');
      const domain = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      return `https://sqs.${region}.${domain}/${account}/${name}`;
    },
    readable: true,
    elsewhere: true,
    actions: ['sqs:GetQueueAttributes', 'sqs:ListQueueTags'],
  },
  {
    type: 'AWS::SNS::Subscription',
    arn: ['sns', /^[^:]+:[^:]+$/],
    identifier: ARN,
    terraform: ['aws_sns_topic_subscription'],
    readable: true,
    part: true,
    actions: ['sns:GetSubscriptionAttributes'],
  },
];
