import { of, type RequiredActions, row } from './row.ts';

const sqs = (...operations: string[]) => of('sqs', ...operations);
const sns = (...operations: string[]) => of('sns', ...operations);
const events = (...operations: string[]) => of('events', ...operations);
const logs = (...operations: string[]) => of('logs', ...operations);
const cloudwatch = (...operations: string[]) => of('cloudwatch', ...operations);
const iam = (...operations: string[]) => of('iam', ...operations);

/** A policy of a queue or topic is one of its attributes. The policy is deleted by an empty attribute. */
const queueAttribute = (file: string) =>
  row(file, 'AWS::SQS::QueuePolicy', {
    create: sqs('SetQueueAttributes'),
    read: sqs('GetQueueAttributes'),
    update: sqs('SetQueueAttributes'),
    delete: sqs('SetQueueAttributes'),
  });

export const MESSAGING: Readonly<Record<string, RequiredActions>> = {
  aws_sqs_queue: row('sqs/queue.go', 'AWS::SQS::Queue', {
    create: sqs('CreateQueue'),
    read: sqs('GetQueueAttributes'),
    update: sqs('SetQueueAttributes'),
    delete: sqs('DeleteQueue'),
    tag: sqs('TagQueue', 'UntagQueue', 'ListQueueTags'),
  }),
  aws_sqs_queue_policy: queueAttribute('sqs/queue_policy.go'),
  aws_sqs_queue_redrive_allow_policy: queueAttribute('sqs/queue_redrive_allow_policy.go'),
  aws_sns_topic: row('sns/topic.go', 'AWS::SNS::Topic', {
    create: sns('CreateTopic'),
    read: sns('GetTopicAttributes'),
    update: sns('SetTopicAttributes'),
    delete: sns('DeleteTopic'),
    tag: sns('TagResource', 'UntagResource', 'ListTagsForResource'),
  }),
  aws_sns_topic_policy: row('sns/topic_policy.go', 'AWS::SNS::TopicPolicy', {
    create: sns('SetTopicAttributes'),
    read: sns('GetTopicAttributes'),
    update: sns('SetTopicAttributes'),
    delete: sns('SetTopicAttributes'),
  }),
  aws_sns_topic_subscription: row('sns/topic_subscription.go', 'AWS::SNS::Subscription', {
    create: sns('Subscribe'),
    read: sns('GetSubscriptionAttributes'),
    update: sns('SetSubscriptionAttributes'),
    delete: sns('Unsubscribe'),
  }),
  aws_cloudwatch_event_rule: row('events/rule.go', 'AWS::Events::Rule', {
    create: events('PutRule'),
    read: events('DescribeRule'),
    update: events('PutRule'),
    delete: events('DeleteRule'),
    tag: events('TagResource', 'UntagResource', 'ListTagsForResource'),
  }),
  aws_cloudwatch_event_target: row('events/target.go', 'AWS::Events::Rule', {
    create: events('PutTargets'),
    read: events('ListTargetsByRule'),
    update: events('PutTargets'),
    delete: events('RemoveTargets'),
    when: { role_arn: iam('PassRole') },
  }),
  aws_cloudwatch_log_group: row('logs/group.go', 'AWS::Logs::LogGroup', {
    create: logs('CreateLogGroup'),
    read: logs('DescribeLogGroups'),
    delete: logs('DeleteLogGroup'),
    tag: logs('TagResource', 'UntagResource', 'ListTagsForResource'),
    when: {
      // Without the attribute, or with 0, events are kept indefinitely.
      retention_in_days: logs('PutRetentionPolicy', 'DeleteRetentionPolicy'),
      kms_key_id: logs('AssociateKmsKey', 'DisassociateKmsKey'),
    },
  }),
  aws_cloudwatch_log_metric_filter: row('logs/metric_filter.go', 'AWS::Logs::MetricFilter', {
    create: logs('PutMetricFilter'),
    read: logs('DescribeMetricFilters'),
    update: logs('PutMetricFilter'),
    delete: logs('DeleteMetricFilter'),
  }),
  aws_cloudwatch_metric_alarm: row('cloudwatch/metric_alarm.go', 'AWS::CloudWatch::Alarm', {
    create: cloudwatch('PutMetricAlarm'),
    read: cloudwatch('DescribeAlarms'),
    update: cloudwatch('PutMetricAlarm'),
    delete: cloudwatch('DeleteAlarms'),
    tag: cloudwatch('TagResource', 'UntagResource', 'ListTagsForResource'),
  }),
  aws_cloudwatch_dashboard: row('cloudwatch/dashboard.go', 'AWS::CloudWatch::Dashboard', {
    create: cloudwatch('PutDashboard'),
    read: cloudwatch('GetDashboard'),
    update: cloudwatch('PutDashboard'),
    delete: cloudwatch('DeleteDashboards'),
  }),
  aws_iam_role: row('iam/role.go', 'AWS::IAM::Role', {
    create: iam('CreateRole'),
    read: iam('GetRole', 'ListRolePolicies', 'GetRolePolicy', 'ListAttachedRolePolicies'),
    update: iam('UpdateAssumeRolePolicy'),
    delete: iam(
      ...['ListInstanceProfilesForRole', 'RemoveRoleFromInstanceProfile', 'ListAttachedRolePolicies'],
      ...['DetachRolePolicy', 'ListRolePolicies', 'DeleteRolePolicy', 'DeleteRole'],
    ),
    tag: iam('TagRole', 'UntagRole'),
    when: {
      description: iam('UpdateRoleDescription'),
      max_session_duration: iam('UpdateRole'),
      // Removing a boundary needs iam:DeleteRolePermissionsBoundary, which no role here is granted.
      permissions_boundary: iam('PutRolePermissionsBoundary'),
    },
  }),
  aws_iam_role_policy: row('iam/role_policy.go', 'AWS::IAM::RolePolicy', {
    create: iam('PutRolePolicy'),
    read: iam('GetRolePolicy'),
    update: iam('PutRolePolicy'),
    delete: iam('DeleteRolePolicy'),
  }),
};
