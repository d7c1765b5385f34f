import { DescribeTagsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { describedIn, tagsOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import type { TagReader, TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const elb = new ElasticLoadBalancingV2Client(patientConfig);
const GONE = [
  'LoadBalancerNotFoundException',
  'LoadBalancerNotFound',
  'TargetGroupNotFoundException',
  'TargetGroupNotFound',
];

const read: TagReader = async ({ id }) => {
  const answer = await unlessGone(elb.send(new DescribeTagsCommand({ ResourceArns: [id] })), ...GONE);
  if (!answer) return undefined;
  const found = describedIn(answer.TagDescriptions, ({ ResourceArn }) => ResourceArn === id, answer);
  return tagsOf(found.Tags, found);
};

export const tags: TagReaders = { 'load-balancer': read, 'target-group': read };
