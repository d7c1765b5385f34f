import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListPolicyTagsCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  ListRoleTagsCommand,
} from '@aws-sdk/client-iam';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { tagsOf, unlessGone } from './support.ts';

const iam = new IAMClient(patientConfig);
const GONE = ['NoSuchEntityException', 'NoSuchEntity'];

export const remover: Remover = {
  role: {
    async tags({ id }) {
      const answer = await unlessGone(iam.send(new ListRoleTagsCommand({ RoleName: id, MaxItems: 100 })), ...GONE);
      return answer && tagsOf(answer.Tags);
    },
    async remove({ id }) {
      await unlessGone(removeRole(id), ...GONE);
    },
  },
  policy: {
    async tags({ id }) {
      const answer = await unlessGone(iam.send(new ListPolicyTagsCommand({ PolicyArn: id, MaxItems: 100 })), ...GONE);
      return answer && tagsOf(answer.Tags);
    },
    async remove({ id }) {
      await unlessGone(removePolicy(id), ...GONE);
    },
  },
};

/** A role with policies is refused. IAM allows 20 attached ones, and as many inline ones as fit into 10,240 characters. */
async function removeRole(RoleName: string): Promise<void> {
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName, MaxItems: 1_000 }));
  for (const PolicyName of PolicyNames) await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName, MaxItems: 1_000 }));
  for (const { PolicyArn } of AttachedPolicies) await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

/** A policy that something else still has is refused, and stays. It has five versions at most. */
async function removePolicy(PolicyArn: string): Promise<void> {
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of Versions) {
    if (!IsDefaultVersion) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}
