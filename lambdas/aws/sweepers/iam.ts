import {
  GetInstanceProfileCommand,
  GetPolicyCommand,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  ListInstanceProfilesCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
  type Policy,
} from '@aws-sdk/client-iam';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem, nextOf } from '../pages.ts';
import { textOf } from '../responses.ts';
import { ask, fromState, present, splitArn } from './support.ts';

const iam = new IAMClient(patientConfig);

const NAMED = { aws_iam_role: 'role', aws_iam_instance_profile: 'instance-profile', aws_iam_user: 'user' };

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const roles = eachItem(
      (Marker) => iam.send(new ListRolesCommand({ Marker, MaxItems: 1_000 })),
      (page) => page.Roles,
      (page) => nextOf(page.IsTruncated, page.Marker),
    );
    for await (const { RoleName } of roles) {
      const id = textOf(RoleName, 'the name of a role');
      if (owns(id)) yield { type: 'role', id };
    }
    const users = eachItem(
      (Marker) => iam.send(new ListUsersCommand({ Marker, MaxItems: 1_000 })),
      (page) => page.Users,
      (page) => nextOf(page.IsTruncated, page.Marker),
    );
    for await (const { UserName } of users) {
      const id = textOf(UserName, 'the name of a user');
      if (owns(id)) yield { type: 'user', id };
    }
    const profiles = eachItem(
      (Marker) => iam.send(new ListInstanceProfilesCommand({ Marker, MaxItems: 1_000 })),
      (page) => page.InstanceProfiles,
      (page) => nextOf(page.IsTruncated, page.Marker),
    );
    for await (const { InstanceProfileName } of profiles) {
      const id = textOf(InstanceProfileName, 'the name of an instance profile');
      if (owns(id)) yield { type: 'instance-profile', id };
    }
    const policies = eachItem(
      (Marker) => iam.send(new ListPoliciesCommand({ Scope: 'Local', Marker, MaxItems: 1_000 })),
      (page) => page.Policies,
      (page) => nextOf(page.IsTruncated, page.Marker),
    );
    for await (const policy of policies) {
      const arn = textOf(policy.Arn, 'the ARN of a policy');
      if (owns(textOf(policy.PolicyName, `the name of ${arn}`))) yield { type: 'policy', id: arn, arn };
    }
  },
  fromInventory: (item) => fromState(item, NAMED, fromArn),
  fromArn,
  confirm: ({ type, id }) =>
    ask(
      async () => {
        const found = await describe(type, id);
        return present(textOf(found?.Arn, `the ARN of ${type} ${id}`), found?.CreateDate);
      },
      'NoSuchEntityException',
      'NoSuchEntity',
    ),
};

async function describe(type: string, id: string): Promise<Pick<Policy, 'Arn' | 'CreateDate'> | undefined> {
  if (type === 'role') return (await iam.send(new GetRoleCommand({ RoleName: id }))).Role;
  if (type === 'user') return (await iam.send(new GetUserCommand({ UserName: id }))).User;
  if (type === 'policy') return (await iam.send(new GetPolicyCommand({ PolicyArn: id }))).Policy;
  return (await iam.send(new GetInstanceProfileCommand({ InstanceProfileName: id }))).InstanceProfile;
}

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  const name = resource.slice(resource.lastIndexOf('/') + 1);
  if (resource.startsWith('role/')) return { type: 'role', id: name, arn };
  if (resource.startsWith('user/')) return { type: 'user', id: name, arn };
  if (resource.startsWith('instance-profile/')) return { type: 'instance-profile', id: name, arn };
  return resource.startsWith('policy/') ? { type: 'policy', id: arn, arn } : undefined;
}
