import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  type ScalableTarget,
} from '@aws-sdk/client-application-auto-scaling';
import { PART, type Sweeper } from '../../operations/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { absent, pages, present } from './support.ts';

const scaling = new ApplicationAutoScalingClient(patientConfig);

/** A target's id is `service/<cluster>/<service>`; known from a tag alone, it is its ARN. */
export const sweeper: Sweeper = {
  async *list({ owns }) {
    for await (const { ResourceId: id = '', ScalableTargetARN: arn } of targets()) {
      if (owns(id)) yield { type: 'scalable-target', id, ...(arn ? { arn } : {}) };
    }
  },
  fromInventory({ type, id, arn }) {
    if (type === 'aws_appautoscaling_policy' || type === 'aws_appautoscaling_scheduled_action') return PART;
    return type === 'aws_appautoscaling_target' ? { type: 'scalable-target', id, ...(arn ? { arn } : {}) } : undefined;
  },
  fromArn: (arn) => ({ type: 'scalable-target', id: arn, arn }),
  async confirm({ id }) {
    const byArn = id.startsWith('arn:');
    for await (const target of targets(byArn ? undefined : [id])) {
      if (target.ResourceId === id || target.ScalableTargetARN === id) return present(target.ScalableDimension);
    }
    return absent('not listed');
  },
};

async function* targets(ResourceIds?: string[]): AsyncGenerator<ScalableTarget> {
  const all = pages(
    (NextToken) =>
      scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ...(ResourceIds ? { ResourceIds } : {}),
          NextToken,
        }),
      ),
    (page) => page.NextToken,
  );
  for await (const page of all) yield* page.ScalableTargets ?? [];
}
