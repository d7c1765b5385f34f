import { EC2Client, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import type { GroupReference } from '../removal/references.ts';
import { patientConfig } from './client-config.ts';
import { unlessGone } from './tags/support.ts';

const ec2 = new EC2Client(patientConfig);

/**
 * Revokes the rule, or the part of it that names this one group. A rule or group that no longer exists is not an error.
 */
export async function revoke({ rule, group, names, isEgress, protocol, from, to }: GroupReference): Promise<void> {
  const permission = { IpProtocol: protocol, FromPort: from, ToPort: to, UserIdGroupPairs: [{ GroupId: names }] };
  const input = {
    GroupId: group,
    ...(rule === undefined ? { IpPermissions: [permission] } : { SecurityGroupRuleIds: [rule] }),
  };
  const change = isEgress
    ? ec2.send(new RevokeSecurityGroupEgressCommand(input))
    : ec2.send(new RevokeSecurityGroupIngressCommand(input));
  await unlessGone(
    change,
    'InvalidPermission.NotFound',
    'InvalidGroup.NotFound',
    'InvalidSecurityGroupRuleId.NotFound',
  );
}
