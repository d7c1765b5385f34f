import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { StrayKind } from '../../operations/stray-rules.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { tagsOf, unlessGone } from './support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);
const GONE = [
  'LoadBalancerNotFoundException',
  'LoadBalancerNotFound',
  'TargetGroupNotFoundException',
  'TargetGroupNotFound',
];

const tags: NonNullable<StrayKind['tags']> = async ({ id }) => {
  const answer = await unlessGone(elb.send(new DescribeTagsCommand({ ResourceArns: [id] })), ...GONE);
  return answer && tagsOf(answer.TagDescriptions?.find(({ ResourceArn }) => ResourceArn === id)?.Tags);
};

/** Listeners and their rules go with the load balancer. */
export const remover: Remover = {
  'load-balancer': {
    tags,
    async remove({ id }) {
      await unlessGone(elb.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id })), ...GONE);
    },
  },
  'target-group': {
    tags,
    async remove({ id }) {
      await unlessGone(elb.send(new DeleteTargetGroupCommand({ TargetGroupArn: id })), ...GONE);
    },
  },
};
