import { EC2Client, RevokeSecurityGroupEgressCommand, RevokeSecurityGroupIngressCommand } from '@aws-sdk/client-ec2';
import type { GroupReference } from '../removal/references.ts';
import { patientConfig } from './client-config.ts';
import { unlessGone } from './tags/support.ts';

const ec2 = new EC2Client(patientConfig);

/** Revokes the part of the rule that names this one group. A rule or group that no longer exists is no error. */
export async function revoke({ group, names, isEgress, protocol, from, to }: GroupReference): Promise<void> {
  const rule = {
    GroupId: group,
    IpPermissions: [{ IpProtocol: protocol, FromPort: from, ToPort: to, UserIdGroupPairs: [{ GroupId: names }] }],
  };
  const change = isEgress
    ? ec2.send(new RevokeSecurityGroupEgressCommand(rule))
    : ec2.send(new RevokeSecurityGroupIngressCommand(rule));
  await unlessGone(change, 'InvalidPermission.NotFound', 'InvalidGroup.NotFound');
}
