import { Aws } from 'aws-cdk-lib';
import type { Config } from '../config.ts';
import { nameGlob } from '../patterns.ts';
import type { Grant } from '../role.ts';
import { withVerbs } from './verbs.ts';

const BY_NAME = 'Environments come and go; their roles are known by the pattern of their names.';
/** Services that make a role for themselves the first time an account uses them. */
const LINKED = [
  'ecs.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
  'rds.amazonaws.com',
  'ecs.application-autoscaling.amazonaws.com',
];

/** The roles of an environment's tasks: made, bounded where a boundary is configured, and lent to nothing but tasks. */
export function roleGrants(config: Config): Grant[] {
  const roles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${nameGlob(config.namePattern)}-*`;
  const boundary = config.terraform.permissionsBoundary;
  return [
    {
      // The last one gives its boundary to a role that is older than the configuration of it.
      actions: ['iam:CreateRole', 'iam:PutRolePolicy', ...(boundary ? ['iam:PutRolePermissionsBoundary'] : [])],
      resources: [roles],
      ...(boundary ? { conditions: { StringEquals: { 'iam:PermissionsBoundary': boundary } } } : {}),
      wildcards: BY_NAME,
    },
    {
      actions: withVerbs('iam', {
        Get: ['Role', 'RolePolicy'],
        Delete: ['Role', 'RolePolicy'],
        List: ['RolePolicies', 'AttachedRolePolicies', 'InstanceProfilesForRole'],
        Update: ['AssumeRolePolicy', 'Role'],
        Tag: ['Role'],
        Untag: ['Role'],
        // What somebody attaches to every role of the account: the provider detaches it before it deletes the role.
        Detach: ['RolePolicy'],
      }),
      resources: [roles],
      wildcards: BY_NAME,
    },
    {
      // IAM refuses to delete a role that an instance profile holds; the action is on the profile.
      actions: ['iam:RemoveRoleFromInstanceProfile'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:instance-profile/${nameGlob(config.namePattern)}-*`],
      wildcards: BY_NAME,
    },
    {
      actions: ['iam:PassRole'],
      resources: [roles],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      wildcards: BY_NAME,
    },
    {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/*`],
      conditions: { StringEquals: { 'iam:AWSServiceName': LINKED } },
      wildcards: 'AWS names these roles; the condition names the services that they may be for.',
    },
  ];
}
