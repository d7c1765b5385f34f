import { DescribeTagsCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { patientConfig } from '../client-config.ts';
import { describedIn, tagsOf } from '../responses.ts';
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
  const response = await unlessGone(elb.send(new DescribeTagsCommand({ ResourceArns: [id] })), ...GONE);
  if (!response) return undefined;
  const found = describedIn(response.TagDescriptions, ({ ResourceArn }) => ResourceArn === id, response);
  return tagsOf(found.Tags, found);
};

export const tags: TagReaders = { 'load-balancer': read, 'target-group': read };
