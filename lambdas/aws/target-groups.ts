import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { isNotFound } from '../runtime/aws-errors.ts';
import { UnexpectedResponseError } from '../runtime/unexpected-response.ts';
import type { TargetHealth } from '../validation/checks/alb-health.ts';
import { clientConfig } from './client-config.ts';
import { describedIn, listOf, textOf } from './responses.ts';

const elb = new ElasticLoadBalancingV2Client(clientConfig);

/** Returns the DNS names of the load balancers of a target group, or undefined when the group does not exist. */
export async function loadBalancerNames(targetGroup: string): Promise<string[] | undefined> {
  try {
    const groups = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroup] }));
    const group = describedIn(groups.TargetGroups, (one) => one.TargetGroupArn === targetGroup, groups);
    const arns = listOf(group.LoadBalancerArns, group);
    if (arns.length === 0) return [];
    const response = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [...arns] }));
    return arns.map((arn) => {
      const { DNSName } = describedIn(response.LoadBalancers, (one) => one.LoadBalancerArn === arn, response);
      return textOf(DNSName, `the DNS name of ${arn}`);
    });
  } catch (error) {
    if (isNotFound(error, 'TargetGroupNotFoundException', 'TargetGroupNotFound')) return undefined;
    throw error;
  }
}

/** Returns the targets with their states. The list is empty when the group does not exist. */
export async function targetHealth(targetGroup: string): Promise<TargetHealth[]> {
  try {
    const response = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroup }));
    return listOf(response.TargetHealthDescriptions, response).map(({ Target, TargetHealth }) => {
      if (!Target?.Id || !TargetHealth?.State)
        throw new UnexpectedResponseError('ELB reports a target without id or state');
      return {
        id: Target.Id,
        state: TargetHealth.State,
        ...(Target.Port === undefined ? {} : { port: Target.Port }),
        ...(TargetHealth.Reason ? { reason: TargetHealth.Reason } : {}),
        ...(TargetHealth.Description ? { description: TargetHealth.Description } : {}),
      };
    });
  } catch (error) {
    if (isNotFound(error, 'TargetGroupNotFoundException', 'TargetGroupNotFound')) return [];
    throw error;
  }
}
