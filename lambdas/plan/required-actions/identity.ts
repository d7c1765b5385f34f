import { of, type RequiredActions, row } from './row.ts';

/** Of IAM, beyond the roles of an environment and their own policies. */

const iam = (...operations: string[]) => of('iam', ...operations);

export const MANAGED_POLICIES: Readonly<Record<string, RequiredActions>> = {
  aws_iam_policy: row('iam/policy.go', 'AWS::IAM::ManagedPolicy', {
    create: iam('CreatePolicy'),
    read: iam('GetPolicy', 'GetPolicyVersion'),
    // A policy has five versions at most: the oldest goes.
    update: iam('CreatePolicyVersion', 'SetDefaultPolicyVersion', 'ListPolicyVersions', 'DeletePolicyVersion'),
    delete: iam('ListPolicyVersions', 'DeletePolicyVersion', 'DeletePolicy'),
    tag: iam('TagPolicy', 'UntagPolicy'),
  }),
  aws_iam_role_policy_attachment: row('iam/role_policy_attachment.go', 'AWS::IAM::Role', {
    create: iam('AttachRolePolicy'),
    read: iam('ListAttachedRolePolicies'),
    delete: iam('DetachRolePolicy'),
  }),
};

/** What no set has: it is of the whole account, or gives rights to what is not bounded. */
export const IDENTITY: Readonly<Record<string, RequiredActions>> = {
  aws_iam_openid_connect_provider: row('iam/openid_connect_provider.go', 'AWS::IAM::OIDCProvider', {
    create: iam('CreateOpenIDConnectProvider'),
    read: iam('GetOpenIDConnectProvider'),
    update: iam(
      'AddClientIDToOpenIDConnectProvider',
      'RemoveClientIDFromOpenIDConnectProvider',
      'UpdateOpenIDConnectProviderThumbprint',
    ),
    delete: iam('DeleteOpenIDConnectProvider'),
    tag: iam('TagOpenIDConnectProvider', 'UntagOpenIDConnectProvider'),
  }),
  aws_iam_instance_profile: row('iam/instance_profile.go', 'AWS::IAM::InstanceProfile', {
    create: iam('CreateInstanceProfile', 'AddRoleToInstanceProfile', 'PassRole'),
    read: iam('GetInstanceProfile'),
    update: iam('AddRoleToInstanceProfile', 'RemoveRoleFromInstanceProfile'),
    delete: iam('RemoveRoleFromInstanceProfile', 'DeleteInstanceProfile'),
    tag: iam('TagInstanceProfile', 'UntagInstanceProfile'),
  }),
  aws_iam_user: row('iam/user.go', 'AWS::IAM::User', {
    create: iam('CreateUser'),
    read: iam('GetUser'),
    update: iam('UpdateUser'),
    delete: iam('DeleteUser'),
    tag: iam('TagUser', 'UntagUser'),
  }),
};
