import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import type { Candidate } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import { mapOf } from '../responses.ts';
import type { TagReaders } from '../tags.ts';
import { unlessGone } from './support.ts';

const scaling = new ApplicationAutoScalingClient(patientConfig);

export const tags: TagReaders = {
  async 'scalable-target'(one) {
    const known = one.arn ?? (one.id.startsWith('arn:') ? one.id : undefined);
    const target = known ? undefined : await findTarget(one);
    const ResourceARN = known ?? target?.ScalableTargetARN;
    // A target that is older than the ARNs of targets cannot have tags.
    if (!ResourceARN) return target && {};
    const response = await unlessGone(
      scaling.send(new ListTagsForResourceCommand({ ResourceARN })),
      'ResourceNotFoundException',
    );
    return response && mapOf(response.Tags, response);
  },
};

/** Finds a target. Its id is the id of its resource, or its ARN if it was found by a tag alone. */
export async function findTarget({ id }: Pick<Candidate, 'id'>): Promise<ScalableTarget | undefined> {
  const byArn = id.startsWith('arn:');
  const all = eachItem(
    (NextToken) =>
      scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ...(byArn ? {} : { ResourceIds: [id] }),
          NextToken,
        }),
      ),
    (page) => page.ScalableTargets,
    (page) => page.NextToken,
  );
  for await (const target of all) if (target.ResourceId === id || target.ScalableTargetARN === id) return target;
  return undefined;
}
