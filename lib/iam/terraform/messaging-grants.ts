import { Aws } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import { nameGlob } from '../patterns.ts';
import type { Grant } from '../role.ts';
import { BY_NAME, expandActions, namedIn } from './expand-actions.ts';

/** Returns the permissions on the queues and topics of an environment, and on its monitoring. */
export function messagingGrants(construct: Construct, config: Config): Grant[] {
  const name = nameGlob(config.namePattern);
  const named = namedIn(construct);
  return [
    named(
      expandActions('sqs', {
        Create: ['Queue'],
        Delete: ['Queue'],
        Get: ['QueueAttributes'],
        Set: ['QueueAttributes'],
        List: ['QueueTags'],
        Tag: ['Queue'],
        Untag: ['Queue'],
      }),
      'sqs',
      `${name}-*`,
    ),
    named(
      expandActions('sns', {
        Create: ['Topic'],
        Delete: ['Topic'],
        Get: ['TopicAttributes', 'SubscriptionAttributes'],
        Set: ['TopicAttributes', 'SubscriptionAttributes'],
        Subscribe: [''],
        Unsubscribe: [''],
        List: ['TagsForResource'],
        Tag: ['Resource'],
        Untag: ['Resource'],
      }),
      'sns',
      `${name}-*`,
    ),
    named(
      expandActions('events', {
        Put: ['Rule', 'Targets'],
        Delete: ['Rule'],
        Remove: ['Targets'],
        Describe: ['Rule'],
        List: ['TargetsByRule', 'TagsForResource'],
        Tag: ['Resource'],
        Untag: ['Resource'],
      }),
      'events',
      `rule/${name}-*`,
    ),
    named(
      expandActions('logs', {
        Create: ['LogGroup'],
        Delete: ['LogGroup', 'MetricFilter', 'RetentionPolicy'],
        Put: ['MetricFilter', 'RetentionPolicy'],
        Describe: ['MetricFilters'],
        List: ['TagsForResource'],
        Tag: ['Resource'],
        Untag: ['Resource'],
      }),
      'logs',
      `log-group:/ecs/${name}/*`,
    ),
    named(
      expandActions('cloudwatch', {
        Put: ['MetricAlarm'],
        Delete: ['Alarms'],
        Describe: ['Alarms'],
        List: ['TagsForResource'],
        Tag: ['Resource'],
        Untag: ['Resource'],
      }),
      'cloudwatch',
      `alarm:${name}-*`,
    ),
    // Application Auto Scaling creates its own alarms, and rejects a policy of a caller that may not create them.
    named(
      ['cloudwatch:PutMetricAlarm', 'cloudwatch:DeleteAlarms'],
      'cloudwatch',
      `alarm:TargetTracking-service/${name}-cluster/*`,
    ),
    {
      actions: ['cloudwatch:DescribeAlarms'],
      resources: ['*'],
      wildcardReason: 'Application Auto Scaling looks for alarms before it knows a name; the action only reads.',
    },
    {
      actions: ['cloudwatch:PutDashboard', 'cloudwatch:GetDashboard', 'cloudwatch:DeleteDashboards'],
      resources: [`arn:${Aws.PARTITION}:cloudwatch::${Aws.ACCOUNT_ID}:dashboard/${name}`],
      wildcardReason: BY_NAME,
    },
  ];
}
