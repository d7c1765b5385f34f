import { Aws } from 'aws-cdk-lib';
import type { Config } from '../../config/config.ts';
import { nameGlob } from '../patterns.ts';
import type { Grant } from '../role.ts';
import { expandActions } from './expand-actions.ts';

const BY_NAME = 'Environments come and go; their policies and roles are known by the pattern of their names.';

/**
 * Managed policies of an environment, and the attachment of these and of AWS's own to its roles, which the boundary limits whatever is attached.
 * @param boundary ARN of the policy that bounds the roles
 */
export function managedPolicyGrants(config: Config, boundary: string): Grant[] {
  const name = nameGlob(config.namePattern);
  const iam = (resource: string) => `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:${resource}/${name}-*`;
  return [
    {
      actions: expandActions('iam', {
        Create: ['Policy', 'PolicyVersion'],
        Delete: ['Policy', 'PolicyVersion'],
        Get: ['Policy', 'PolicyVersion'],
        List: ['PolicyVersions'],
        Set: ['DefaultPolicyVersion'],
        Tag: ['Policy'],
        Untag: ['Policy'],
      }),
      resources: [iam('policy')],
      wildcardReason: BY_NAME,
    },
    {
      actions: ['iam:AttachRolePolicy'],
      resources: [iam('role')],
      conditions: {
        StringEquals: { 'iam:PermissionsBoundary': boundary },
        ArnLike: { 'iam:PolicyARN': [iam('policy'), `arn:${Aws.PARTITION}:iam::aws:policy/*`] },
      },
      wildcardReason: BY_NAME,
    },
    { actions: ['iam:DetachRolePolicy'], resources: [iam('role')], wildcardReason: BY_NAME },
  ];
}
