import {
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  IAMClient,
  ListInstanceProfilesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
} from '@aws-sdk/client-iam';
import type { Candidate, Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { ask, fromState, pages, present, splitArn } from './support.ts';

const iam = new IAMClient(patientConfig);

const NAMED = { aws_iam_role: 'role', aws_iam_instance_profile: 'instance-profile' };

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const roles = pages(
      (Marker) => iam.send(new ListRolesCommand({ Marker, MaxItems: 1_000 })),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    for await (const page of roles) {
      for (const { RoleName: id = '' } of page.Roles ?? []) if (owns(id)) yield { type: 'role', id };
    }
    const profiles = pages(
      (Marker) => iam.send(new ListInstanceProfilesCommand({ Marker, MaxItems: 1_000 })),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    for await (const page of profiles) {
      for (const { InstanceProfileName: id = '' } of page.InstanceProfiles ?? []) {
        if (owns(id)) yield { type: 'instance-profile', id };
      }
    }
    const policies = pages(
      (Marker) => iam.send(new ListPoliciesCommand({ Scope: 'Local', Marker, MaxItems: 1_000 })),
      (page) => (page.IsTruncated ? page.Marker : undefined),
    );
    for await (const page of policies) {
      for (const { PolicyName = '', Arn: arn = '' } of page.Policies ?? []) {
        if (owns(PolicyName)) yield { type: 'policy', id: arn, arn };
      }
    }
  },
  fromInventory: (item) => fromState(item, NAMED, fromArn),
  fromArn,
  confirm: ({ type, id }) => ask(async () => present(await arnOf(type, id)), 'NoSuchEntityException', 'NoSuchEntity'),
};

async function arnOf(type: string, id: string): Promise<string | undefined> {
  if (type === 'role') return (await iam.send(new GetRoleCommand({ RoleName: id }))).Role?.Arn;
  if (type === 'policy') return (await iam.send(new GetPolicyCommand({ PolicyArn: id }))).Policy?.Arn;
  return (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: id }))).InstanceProfile?.Arn;
}

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  if (resource.startsWith('role/')) return { type: 'role', id: name, arn };
  if (resource.startsWith('instance-profile/')) return { type: 'instance-profile', id: name, arn };
  return resource.startsWith('policy/') ? { type: 'policy', id: arn, arn } : undefined;
}
