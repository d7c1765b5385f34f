import type { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import { repositoryGlobs } from '../../config/image-config.ts';
import { headGlob, nameGlob } from '../patterns.ts';
import type { Grant } from '../role.ts';
import { expandActions, namedIn } from './expand-actions.ts';

const READ_ONLY = 'Terraform lists before it knows a name; the actions only read, or know no resource.';

/** Returns the permissions on the computing and storage resources of an environment. */
export function platformGrants(construct: Construct, config: Config): Grant[] {
  const name = nameGlob(config.namePattern);
  const head = headGlob(config.namePattern);
  const named = namedIn(construct);
  const ownImages = config.stack.images.filter(({ repository }) => !('external' in repository));
  return [
    named(
      expandActions('elasticloadbalancing', {
        Create: ['LoadBalancer', 'TargetGroup', 'Listener', 'Rule'],
        Delete: ['LoadBalancer', 'TargetGroup', 'Listener', 'Rule'],
        Modify: ['LoadBalancerAttributes', 'TargetGroup', 'TargetGroupAttributes', 'Listener', 'Rule'],
        Set: ['SecurityGroups', 'Subnets', 'RulePriorities'],
        Add: ['Tags'],
        Remove: ['Tags'],
      }),
      'elasticloadbalancing',
      `loadbalancer/app/${head}/*`,
      `targetgroup/${head}/*`,
      `listener/app/${head}/*`,
      `listener-rule/app/${head}/*`,
    ),
    // A web ACL belongs to others. It is only associated with a load balancer.
    named(['wafv2:AssociateWebACL', 'wafv2:GetWebACLForResource'], 'wafv2', 'regional/webacl/*/*'),
    named(
      ['wafv2:AssociateWebACL', 'wafv2:DisassociateWebACL', 'wafv2:GetWebACLForResource'],
      'elasticloadbalancing',
      `loadbalancer/app/${head}/*`,
    ),
    named(
      expandActions('ecs', {
        Create: ['Cluster', 'Service'],
        Update: ['Cluster', 'Service'],
        Delete: ['Cluster', 'Service'],
        Describe: ['Clusters', 'Services'],
        Put: ['ClusterCapacityProviders'],
        Register: ['TaskDefinition'],
        Tag: ['Resource'],
        Untag: ['Resource'],
        List: ['TagsForResource'],
      }),
      'ecs',
      `cluster/${name}-cluster`,
      `service/${name}-cluster/*`,
      `task-definition/${name}-*`,
    ),
    named(
      expandActions('rds', {
        Create: ['DBInstance', 'DBSubnetGroup'],
        Modify: ['DBInstance', 'DBSubnetGroup'],
        Delete: ['DBInstance', 'DBSubnetGroup'],
        Describe: ['DBSubnetGroups'],
        Add: ['TagsToResource'],
        Remove: ['TagsFromResource'],
        List: ['TagsForResource'],
      }),
      'rds',
      `db:${name}-*`,
      `subgrp:${name}-*`,
    ),
    // A request for an instance is authorized on the groups that the instance uses, even if the request does not name
    // them. They are the engine's own groups, or those of the root.
    named(
      ['rds:CreateDBInstance', 'rds:ModifyDBInstance'],
      'rds',
      'pg:default.postgres*',
      'og:default:postgres-*',
      `pg:${name}-*`,
      `og:${name}-*`,
    ),
    // The provider reads an instance by the id that AWS assigned, which is a filter and not a name.
    named(['rds:DescribeDBInstances'], 'rds', 'db:*'),
    // RDS stores the master password with the permissions of the caller that creates the instance.
    named(['secretsmanager:CreateSecret', 'secretsmanager:TagResource'], 'secretsmanager', 'secret:rds!db-*'),
    named(['kms:DescribeKey'], 'kms', 'key/*'),
    // RDS creates a grant for itself, with the permissions of the caller that names a key of the project.
    {
      ...named(['kms:CreateGrant'], 'kms', 'key/*'),
      conditions: {
        StringEquals: { 'aws:ResourceTag/project': config.project },
        Bool: { 'kms:GrantIsForAWSResource': 'true' },
      },
    },
    // The services use these secrets to log in to the database.
    named(
      expandActions('secretsmanager', {
        Create: ['Secret'],
        Delete: ['Secret'],
        Describe: ['Secret'],
        Get: ['ResourcePolicy', 'SecretValue'],
        List: ['SecretVersionIds'],
        Put: ['SecretValue'],
        Tag: ['Resource'],
        Untag: ['Resource'],
        Update: ['Secret', 'SecretVersionStage'],
      }),
      'secretsmanager',
      `secret:${name}-*`,
    ),
    named(
      expandActions('ecr', {
        Create: ['Repository'],
        Delete: ['Repository', 'LifecyclePolicy'],
        Describe: ['Repositories'],
        Get: ['LifecyclePolicy'],
        Put: ['ImageScanningConfiguration', 'ImageTagMutability', 'LifecyclePolicy'],
        List: ['TagsForResource'],
        Tag: ['Resource'],
        Untag: ['Resource'],
      }),
      'ecr',
      ...repositoryGlobs(ownImages, config.namePattern).map((glob) => `repository/${glob}`),
    ),
    named(
      expandActions('application-autoscaling', {
        Register: ['ScalableTarget'],
        Deregister: ['ScalableTarget'],
        Put: ['ScalingPolicy'],
        Delete: ['ScalingPolicy'],
        Tag: ['Resource'],
        Untag: ['Resource'],
        List: ['TagsForResource'],
      }),
      'application-autoscaling',
      'scalable-target/*',
    ),
    {
      actions: ['elasticloadbalancing:SetWebAcl'],
      resources: ['*'],
      wildcardReason: 'The action knows no resource; what associates a web ACL is wafv2, which does.',
    },
    {
      actions: [
        ...expandActions('elasticloadbalancing', {
          Describe: [
            'CapacityReservation',
            'ListenerAttributes',
            'Listeners',
            'LoadBalancerAttributes',
            'LoadBalancers',
            'Rules',
            'Tags',
            'TargetGroupAttributes',
            'TargetGroups',
          ],
        }),
        'ecs:DescribeTaskDefinition',
        'ecs:DeregisterTaskDefinition',
        'logs:DescribeLogGroups',
        'application-autoscaling:DescribeScalableTargets',
        'application-autoscaling:DescribeScalingPolicies',
      ],
      resources: ['*'],
      wildcardReason: READ_ONLY,
    },
  ];
}
