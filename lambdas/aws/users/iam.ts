import { IAMClient, ListEntitiesForPolicyCommand, ListInstanceProfilesForRoleCommand } from '@aws-sdk/client-iam';
import type { User } from '../../removal/blockers.ts';
import { patientConfig } from '../client-config.ts';
import { allItems, nextOf } from '../pages.ts';
import { listOf, textOf } from '../responses.ts';
import type { Users } from '../users.ts';

const iam = new IAMClient(patientConfig);

export const users: Users = {
  role: async (RoleName) => (await instanceProfiles(RoleName)).map((id) => ({ type: 'instance-profile', id })),
  policy: (PolicyArn) => {
    return allItems(
      (Marker: string | undefined) => iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, Marker })),
      // One page has the items of three lists. Each list must be present.
      (page): User[] => [
        ...listOf(page.PolicyRoles, page).map((one) => ({ type: 'role', id: textOf(one.RoleName, 'a role') })),
        ...listOf(page.PolicyUsers, page).map((one) => ({ type: 'user', id: textOf(one.UserName, 'a user') })),
        ...listOf(page.PolicyGroups, page).map((one) => ({ type: 'group', id: textOf(one.GroupName, 'a group') })),
      ],
      (page) => nextOf(page.IsTruncated, page.Marker),
    );
  },
};

export async function instanceProfiles(RoleName: string): Promise<string[]> {
  const profiles = await allItems(
    (Marker: string | undefined) => iam.send(new ListInstanceProfilesForRoleCommand({ RoleName, Marker })),
    (page) => page.InstanceProfiles,
    (page) => nextOf(page.IsTruncated, page.Marker),
  );
  return profiles.map((one) => textOf(one.InstanceProfileName, `the name of an instance profile of ${RoleName}`));
}
