import { Aws } from 'aws-cdk-lib';
import type { Config } from '../../config/config.ts';
import { nameGlob } from '../patterns.ts';
import type { Grant } from '../role.ts';
import { expandActions } from './expand-actions.ts';

const BY_NAME = 'Environments come and go; their roles are known by the pattern of their names.';
/** These services create a service-linked role when an account first uses them. */
const LINKED = [
  'ecs.amazonaws.com',
  'elasticloadbalancing.amazonaws.com',
  'rds.amazonaws.com',
  'ecs.application-autoscaling.amazonaws.com',
];

/**
 * Returns the permissions on the roles of an environment's tasks. The roles are created within the boundary, and are
 * passed only to tasks.
 * @param boundary the ARN of the policy that bounds the roles
 */
export function roleGrants(config: Config, boundary: string): Grant[] {
  const roles = `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/${nameGlob(config.namePattern)}-*`;
  return [
    ...withinBoundary(boundary),
    {
      // The last action adds the boundary to a role that is older than the boundary.
      actions: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:UpdateAssumeRolePolicy', 'iam:PutRolePermissionsBoundary'],
      resources: [roles],
      conditions: { StringEquals: { 'iam:PermissionsBoundary': boundary } },
      wildcardReason: BY_NAME,
    },
    {
      actions: expandActions('iam', {
        Get: ['Role', 'RolePolicy'],
        Delete: ['Role', 'RolePolicy'],
        List: ['RolePolicies', 'AttachedRolePolicies', 'InstanceProfilesForRole'],
        Update: ['Role'],
        Tag: ['Role'],
        Untag: ['Role'],
        // An account may attach a policy to every role. The provider detaches it before it deletes the role.
        Detach: ['RolePolicy'],
      }),
      resources: [roles],
      wildcardReason: BY_NAME,
    },
    {
      // IAM refuses to delete a role that is in an instance profile. The action is on the profile.
      actions: ['iam:RemoveRoleFromInstanceProfile'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:instance-profile/${nameGlob(config.namePattern)}-*`],
      wildcardReason: BY_NAME,
    },
    {
      actions: ['iam:PassRole'],
      resources: [roles],
      conditions: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      wildcardReason: BY_NAME,
    },
    {
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/aws-service-role/*`],
      conditions: { StringEquals: { 'iam:AWSServiceName': LINKED } },
      wildcardReason: 'AWS names these roles; the condition names the services that they may be for.',
    },
  ];
}

/** Returns denials that no other policy of Terraform's role can override. */
function withinBoundary(boundary: string): Grant[] {
  const all = { effect: 'Deny', resources: ['*'], wildcardReason: 'A denial, which has no exception.' } as const;
  return [
    {
      ...all,
      // A negated condition also matches a call without the key.
      actions: ['iam:CreateRole', 'iam:PutRolePolicy', 'iam:AttachRolePolicy', 'iam:PutRolePermissionsBoundary'],
      conditions: { StringNotEquals: { 'iam:PermissionsBoundary': boundary } },
    },
    {
      ...all,
      // A role's own trust policy is enough to assume the role from within the account. A denial overrides it.
      actions: ['iam:DeleteRolePermissionsBoundary', 'sts:AssumeRole'],
    },
    {
      ...all,
      actions: expandActions('iam', {
        Create: ['PolicyVersion'],
        Delete: ['Policy', 'PolicyVersion'],
        Set: ['DefaultPolicyVersion'],
      }),
      resources: [boundary],
    },
  ];
}
