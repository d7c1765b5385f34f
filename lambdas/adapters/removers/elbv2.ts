import {
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DescribeTagsCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { StrayKind } from '../../operations/stray-rules.ts';
import { describedIn, tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from './support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);
const GONE = [
  'LoadBalancerNotFoundException',
  'LoadBalancerNotFound',
  'TargetGroupNotFoundException',
  'TargetGroupNotFound',
];

const tags: NonNullable<StrayKind['tags']> = async ({ id }) => {
  const answer = await unlessGone(elb.send(new DescribeTagsCommand({ ResourceArns: [id] })), ...GONE);
  if (!answer) return undefined;
  const found = describedIn(answer.TagDescriptions, ({ ResourceArn }) => ResourceArn === id, answer);
  return tagsOf(found.Tags, found);
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
