import {
  ApplicationAutoScalingClient,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import type { Finding } from '../../shared/contracts.ts';
import { mapOf } from '../answers.ts';
import { patientConfig } from '../client-config.ts';
import { eachItem } from '../pages.ts';
import type { Remover } from '../removers.ts';
import { unlessGone } from './support.ts';

const scaling = new ApplicationAutoScalingClient(patientConfig);
const GONE = 'ObjectNotFoundException';

/** Its policies and scheduled actions go with a target. */
export const remover: Remover = {
  'scalable-target': {
    async tags(stray) {
      const target = await find(stray);
      if (!target) return undefined;
      const ResourceARN = target.ScalableTargetARN;
      const answer = await unlessGone(
        scaling.send(new ListTagsForResourceCommand({ ResourceARN })),
        'ResourceNotFoundException',
      );
      return answer && mapOf(answer.Tags, answer);
    },
    async remove(stray) {
      const target = await find(stray);
      if (!target) return;
      const { ServiceNamespace, ResourceId, ScalableDimension } = target;
      await unlessGone(
        scaling.send(new DeregisterScalableTargetCommand({ ServiceNamespace, ResourceId, ScalableDimension })),
        GONE,
      );
    },
  },
};

/** Its id is its resource, or its ARN where it was known from a tag alone. */
async function find({ id }: Finding): Promise<ScalableTarget | undefined> {
  const all = eachItem(
    (NextToken) => scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs', NextToken })),
    (page) => page.ScalableTargets,
    (page) => page.NextToken,
  );
  for await (const target of all) if (target.ResourceId === id || target.ScalableTargetARN === id) return target;
  return undefined;
}
