import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  RemoveRoleFromInstanceProfileCommand,
} from '@aws-sdk/client-iam';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { listOf } from '../responses.ts';
import { unlessGone } from '../tags/support.ts';
import { instanceProfiles } from '../users/iam.ts';

const iam = new IAMClient(patientConfig);
const GONE = ['NoSuchEntityException', 'NoSuchEntity'];

export const remover: Remover = {
  role: {
    async profiles(id) {
      const found = await unlessGone(instanceProfiles(id), ...GONE);
      // A role that is gone is in no profile.
      return found === undefined ? [] : found;
    },
    async remove({ id }) {
      await unlessGone(removeRole(id), ...GONE);
    },
  },
  policy: {
    async remove({ id }) {
      await unlessGone(removePolicy(id), ...GONE);
    },
  },
};

/**
 * Removes a role. IAM refuses to delete a role that has policies or is in an instance profile. IAM's quotas keep each
 * list on one page: a role has at most 25 attached policies, and as many inline policies as fit into 10,240 characters.
 */
async function removeRole(RoleName: string): Promise<void> {
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName, MaxItems: 1_000 }));
  for (const PolicyName of listOf(inline.PolicyNames, inline)) {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 1_000 }));
  for (const { PolicyArn } of listOf(attached.AttachedPolicies, attached)) {
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  for (const InstanceProfileName of await instanceProfiles(RoleName)) {
    await iam.send(new RemoveRoleFromInstanceProfileCommand({ RoleName, InstanceProfileName }));
  }
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

/**
 * Removes a policy. IAM refuses to delete a policy that is attached elsewhere, and the policy stays. A policy has at
 * most five versions.
 */
async function removePolicy(PolicyArn: string): Promise<void> {
  const response = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of listOf(response.Versions, response)) {
    if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}
