import { DescribeSecurityGroupRulesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { OwnRule } from '../removal/references.ts';
import { patientConfig } from './client-config.ts';
import { allItems } from './pages.ts';
import { textOf } from './responses.ts';

const ec2 = new EC2Client(patientConfig);
/** One filter takes at most this many values: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html */
const MOST_VALUES = 200;

/** Returns the rules of these groups that refer to another one of the groups, with the id of each. */
export async function ownRules(ids: readonly string[]): Promise<OwnRule[]> {
  const found: OwnRule[] = [];
  for (let at = 0; at < ids.length; at += MOST_VALUES) {
    const Filters = [{ Name: 'group-id', Values: ids.slice(at, at + MOST_VALUES) }];
    const rules = await allItems(
      (NextToken: string | undefined) => ec2.send(new DescribeSecurityGroupRulesCommand({ Filters, NextToken })),
      (page) => page.SecurityGroupRules,
      (page) => page.NextToken,
    );
    for (const { SecurityGroupRuleId, GroupId = '', IsEgress, ReferencedGroupInfo } of rules) {
      const names = ReferencedGroupInfo?.GroupId ?? '';
      if (IsEgress === undefined || GroupId === names || !ids.includes(GroupId) || !ids.includes(names)) continue;
      const rule = textOf(SecurityGroupRuleId, `the id of a rule of ${GroupId}`);
      found.push({ rule, group: GroupId, names, isEgress: IsEgress });
    }
  }
  return found;
}
