import { Aws } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { REMOVAL_ACTIONS } from '../../lambdas/contracts/functions/actions.ts';
import { arn } from '../names.ts';
import { headGlob, nameGlob } from './patterns.ts';
import type { Grant } from './role.ts';

export interface RemovalScope {
  namePattern: string;
  project: string;
}

const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';
const BY_TAG = 'What AWS names by ids is known by its tags alone, which are a condition.';
/** These actions change nothing. */
export const READS = /^[a-z0-9-]+:(Describe|List|Get)/;

/**
 * Returns what `remove-unmanaged` may delete: resources with an environment's name, and with its tags where the service
 * supports that condition. The role serves all environments, so the function itself checks which environment a resource
 * belongs to.
 */
export function removalGrants(construct: Construct, { namePattern, project }: RemovalScope): Grant[] {
  const name = nameGlob(namePattern);
  const head = headGlob(namePattern);
  const iam = (resource: string) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${resource}`;
  const tagged = {
    StringEquals: { 'aws:ResourceTag/project': project },
    Null: { 'aws:ResourceTag/environment': 'false' },
  };
  const on = (service: string, ...resources: string[]) =>
    resources.map((resource) => arn(construct, service, resource));

  /**
   * Each entry applies to the actions that begin with one of its heads. It has the actions' resources, and whether AWS
   * can check their tags.
   */
  const places: [heads: readonly string[], resources: string[], tagged: boolean][] = [
    [
      ['ec2:'],
      on(
        'ec2',
        ...['elastic-ip', 'internet-gateway', 'natgateway', 'network-interface', 'route-table', 'security-group'],
        ...['subnet', 'vpc', 'vpc-endpoint'],
      ).map((one) => `${one}/*`),
      true,
    ],
    [
      ['ecs:DeleteCluster', 'ecs:DeleteService', 'ecs:StopTask'],
      on('ecs', `cluster/${name}-cluster`, `service/${name}-cluster/*`, `task/${name}-cluster/*`),
      true,
    ],
    [
      ['elasticloadbalancing:'],
      on('elasticloadbalancing', `loadbalancer/app/${head}/*`, `targetgroup/${head}/*`),
      true,
    ],
    // Each action takes one of these resources. A statement for each action would exceed the size of the role's
    // policies.
    [
      ['rds:DeleteDBInstanceAutomatedBackup', 'rds:DeleteDBClusterAutomatedBackup', 'rds:DeleteDBSnapshot'],
      on('rds', 'auto-backup:*', 'cluster-auto-backup:*', 'snapshot:*'),
      true,
    ],
    [['rds:'], on('rds', `db:${name}-*`, `subgrp:${name}-*`, `pg:${name}-*`), true],
    [['ecr:'], on('ecr', `repository/${name}-*`), true],
    [['sqs:'], on('sqs', `${name}-*`), true],
    [['iam:DeletePolicy', 'iam:DeletePolicyVersion'], [iam(`policy/${name}-*`)], true],
    // IAM does not support the tags of an instance profile here.
    [['iam:RemoveRoleFromInstanceProfile'], [iam(`instance-profile/${name}-*`)], false],
    [['iam:'], [iam(`role/${name}-*`)], true],
    [['secretsmanager:'], on('secretsmanager', `secret:${name}-*`), true],
    [['application-autoscaling:'], on('application-autoscaling', 'scalable-target/*'), true],
    [['events:'], on('events', `rule/${name}-*`), true],
    [['dynamodb:'], on('dynamodb', `table/${name}-*`), false],
    [['sns:'], on('sns', `${name}-*`), false],
    // AWS itself creates some of these resources, and does not tag them.
    [['logs:'], on('logs', `log-group:*${name}*`), false],
    [['cloudwatch:DeleteAlarms'], on('cloudwatch', `alarm:${name}-*`, `alarm:TargetTracking-service/${name}-*`), false],
    [['cloudwatch:DeleteDashboards'], [`arn:${Aws.PARTITION}:cloudwatch::${Aws.ACCOUNT_ID}:dashboard/${name}*`], false],
  ];

  const changes = REMOVAL_ACTIONS.filter((action) => !READS.test(action) && !action.startsWith('s3:'));
  const granted = new Map<(typeof places)[number], string[]>();
  for (const action of changes) {
    if (action === 'ecs:DeregisterTaskDefinition') continue;
    const place = places.find(([heads]) =>
      heads.some((one) => action === one || (one.endsWith(':') && action.startsWith(one))),
    );
    if (!place) throw new Error(`lib/iam/removal-grants.ts knows no resource for ${action}`);
    granted.set(place, [...(granted.get(place) ?? []), action]);
  }
  return [
    ...[...granted].map(([[, resources, byTag], actions]) => ({
      actions,
      resources,
      ...(byTag ? { conditions: tagged } : {}),
      wildcardReason: resources.every((resource) => resource.includes(name) || resource.includes(head))
        ? BY_NAME
        : BY_TAG,
    })),
    {
      actions: [
        'ec2:DeleteSecurityGroup',
        'ec2:DeleteVpcEndpoints',
        'ec2:RevokeSecurityGroupEgress',
        'ec2:RevokeSecurityGroupIngress',
      ],
      resources: on('ec2', 'security-group/*', 'vpc-endpoint/*'),
      conditions: { StringEquals: { 'aws:ResourceTag/GuardDutyManaged': 'true' } },
      wildcardReason:
        'GuardDuty tags what it leaves in a VPC, and nothing else of it is known. Whose VPC it is, the function makes sure of.',
    },
    {
      actions: ['ec2:RevokeSecurityGroupEgress', 'ec2:RevokeSecurityGroupIngress'],
      resources: on('ec2', 'security-group/*'),
      conditions: { Null: { 'aws:ResourceTag/project': 'true', 'aws:ResourceTag/environment': 'true' } },
      wildcardReason:
        'The default group of a VPC is made without tags. The function revokes only rules of that of an environment’s own VPC that name the environment’s groups.',
    },
    {
      actions: ['ecs:DeregisterTaskDefinition'],
      resources: ['*'],
      conditions: { StringEquals: { 'aws:RequestedRegion': Aws.REGION } },
      wildcardReason:
        'The action knows no resource. A definition that was deregistered costs nothing and can be registered again.',
    },
    {
      actions: REMOVAL_ACTIONS.filter((action) => READS.test(action) && !action.startsWith('s3:')),
      resources: ['*'],
      wildcardReason: 'The actions only read.',
    },
  ];
}
