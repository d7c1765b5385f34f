import {
  DescribeLoadBalancersCommand,
  DescribeTargetGroupsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type Candidate, PART, type Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, ask, pages, present, splitArn } from './support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);

const PARTS = ['listener/', 'listener-rule/'];

export const sweeper: Sweeper = {
  async *list({ owns }) {
    const balancers = pages(
      (Marker) => elb.send(new DescribeLoadBalancersCommand({ PageSize: 400, Marker })),
      (page) => page.NextMarker,
    );
    for await (const page of balancers) {
      for (const { LoadBalancerName = '', LoadBalancerArn = '' } of page.LoadBalancers ?? []) {
        if (owns(LoadBalancerName)) yield { type: 'load-balancer', id: LoadBalancerArn, arn: LoadBalancerArn };
      }
    }
    const groups = pages(
      (Marker) => elb.send(new DescribeTargetGroupsCommand({ PageSize: 400, Marker })),
      (page) => page.NextMarker,
    );
    for await (const page of groups) {
      for (const { TargetGroupName = '', TargetGroupArn = '' } of page.TargetGroups ?? []) {
        if (owns(TargetGroupName)) yield { type: 'target-group', id: TargetGroupArn, arn: TargetGroupArn };
      }
    }
  },
  fromInventory: ({ arn }) => (arn ? fromArn(arn) : undefined),
  fromArn,
  confirm: ({ type, id }) =>
    type === 'load-balancer'
      ? ask(
          async () => {
            const { LoadBalancers = [] } = await elb.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [id] }));
            return LoadBalancers[0] ? present(LoadBalancers[0].State?.Code) : absent('not listed');
          },
          'LoadBalancerNotFoundException',
          'LoadBalancerNotFound',
        )
      : ask(
          async () => {
            const { TargetGroups = [] } = await elb.send(new DescribeTargetGroupsCommand({ TargetGroupArns: [id] }));
            return TargetGroups[0] ? present(undefined) : absent('not listed');
          },
          'TargetGroupNotFoundException',
          'TargetGroupNotFound',
        ),
};

function fromArn(arn: string): Candidate | typeof PART | undefined {
  const { resource } = splitArn(arn);
  if (PARTS.some((part) => resource.startsWith(part))) return PART;
  if (resource.startsWith('loadbalancer/')) return { type: 'load-balancer', id: arn, arn };
  if (resource.startsWith('targetgroup/')) return { type: 'target-group', id: arn, arn };
  return undefined;
}
