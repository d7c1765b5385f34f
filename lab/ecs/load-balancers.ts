import type { LoadBalancer } from '@aws-sdk/client-ecs';
import { DescribeTargetGroupsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import type { LabContext } from '../context.ts';
import { AwsError } from '../service.ts';

/** @throws AwsError as CreateService does for a target group that is missing, or that no load balancer uses yet */
export async function requireLoadBalancers(context: LabContext, loadBalancers: readonly LoadBalancer[]): Promise<void> {
  const elb = new ElasticLoadBalancingV2Client(context.emulator);
  try {
    for (const { targetGroupArn } of loadBalancers) {
      if (!targetGroupArn) continue;
      const answer = await elb
        .send(new DescribeTargetGroupsCommand({ TargetGroupArns: [targetGroupArn] }))
        .catch((error: Error) => {
          throw new AwsError('InvalidParameterException', `Unable to describe target groups: ${error.message}`);
        });
      if (!answer.TargetGroups?.[0]?.LoadBalancerArns?.length) {
        throw new AwsError(
          'InvalidParameterException',
          `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
        );
      }
    }
  } finally {
    elb.destroy();
  }
}
