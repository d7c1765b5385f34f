import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describedIn, listOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Users } from '../users.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);

export const users: Users = {
  'target-group': async (arn) => {
    const answer = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }));
    const group = describedIn(answer.TargetGroups, ({ TargetGroupArn }) => TargetGroupArn === arn, answer);
    return listOf(group.LoadBalancerArns, group).map((id) => ({ type: 'load-balancer', id }));
  },
};
