import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { Candidate, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { describedIn, textOf } from '../responses.ts';
import { ask, present, splitArn } from './support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);

const inVpc = ({ VpcId }: { VpcId?: string | undefined }) => (VpcId ? { vpc: VpcId } : {});

export const sweeper: Sweeper = {
  async *list({ owns, vpcs }) {
    const loadBalancers = eachItem(
      (Marker) => elb.send(new DescribeLoadBalancersCommand({ PageSize: 400, Marker })),
      (page) => page.LoadBalancers,
      (page) => page.NextMarker,
    );
    for await (const loadBalancer of loadBalancers) {
      const arn = textOf(loadBalancer.LoadBalancerArn, 'the ARN of a load balancer');
      const name = textOf(loadBalancer.LoadBalancerName, `the name of ${arn}`);
      if (owns(name) || vpcs.has(loadBalancer.VpcId ?? ''))
        yield { type: 'load-balancer', id: arn, arn, names: [name], ...inVpc(loadBalancer) };
    }
    const groups = eachItem(
      (Marker) => elb.send(new DescribeTargetGroupsCommand({ PageSize: 400, Marker })),
      (page) => page.TargetGroups,
      (page) => page.NextMarker,
    );
    for await (const group of groups) {
      const arn = textOf(group.TargetGroupArn, 'the ARN of a target group');
      const name = textOf(group.TargetGroupName, `the name of ${arn}`);
      if (owns(name) || vpcs.has(group.VpcId ?? ''))
        yield { type: 'target-group', id: arn, arn, names: [name], ...inVpc(group) };
    }
  },
  fromInventory: ({ arn }) => (arn ? fromArn(arn) : undefined),
  fromArn,
  confirm: ({ type, id }) =>
    type === 'load-balancer'
      ? ask(
          async () => {
            const response = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }));
            const found = describedIn(response.LoadBalancers, (one) => one.LoadBalancerArn === id, response);
            return present(found.State?.Code);
          },
          'LoadBalancerNotFoundException',
          'LoadBalancerNotFound',
        )
      : ask(
          async () => {
            const response = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
            describedIn(response.TargetGroups, (one) => one.TargetGroupArn === id, response);
            return present(undefined);
          },
          'TargetGroupNotFoundException',
          'TargetGroupNotFound',
        ),
};

function fromArn(arn: string): Candidate | undefined {
  const { resource } = splitArn(arn);
  if (resource.startsWith('loadbalancer/')) return { type: 'load-balancer', id: arn, arn };
  if (resource.startsWith('targetgroup/')) return { type: 'target-group', id: arn, arn };
  return undefined;
}
