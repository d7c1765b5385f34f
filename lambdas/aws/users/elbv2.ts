import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { patientConfig } from '../client-config.ts';
import { describedIn, listOf } from '../responses.ts';
import type { Users } from '../users.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);

export const users: Users = {
  'target-group': async (arn) => {
    const response = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [arn] }));
    const group = describedIn(response.TargetGroups, ({ TargetGroupArn }) => TargetGroupArn === arn, response);
    return listOf(group.LoadBalancerArns, group).map((id) => ({ type: 'load-balancer', id }));
  },
};
