import {
  ApplicationAutoScalingClient,
  DescribeScalableTargetsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Confirmation, Sweeper } from '../../sweep/sweep-service.ts';
import { patientConfig } from '../client-config.ts';
import { pages } from '../pages.ts';
import { mapOf, textOf } from '../responses.ts';
import { absent, ask, MOST_PAGES, present, upTo } from './support.ts';

const scaling = new ApplicationAutoScalingClient(patientConfig);

const OF_ECS = 'service/';

/**
 * A target's id is `service/<cluster>/<service>`, or the id of another resource that it scales. The id is the ARN when
 * the target was found by a tag alone.
 */
export const sweeper: Sweeper = {
  async *list({ request, owns, note }) {
    // AWS deletes a target with its service, and a target costs nothing. So beyond the expected names, the sweep does
    // not read every page.
    const { cluster, apiService, workerService } = request.names;
    const known = [apiService, workerService].map((service) => `service/${cluster}/${service}`);
    const some = upTo(MOST_PAGES, targetPages(), () => note('scalable targets', `the first ${MOST_PAGES * 50}`));
    for (const source of [targetPages(known), some]) {
      for await (const page of source) {
        for (const { ResourceId, ScalableTargetARN: arn } of page) {
          const id = textOf(ResourceId, 'the resource of a scalable target');
          if (owns(id)) yield { type: 'scalable-target', id, ...(arn ? { arn } : {}) };
        }
      }
    }
  },
  fromInventory({ type, id, arn }) {
    // Terraform's state has the target's ARN. The id is the path of the service.
    return type === 'aws_appautoscaling_target' && id
      ? { type: 'scalable-target', id, ...(arn ? { arn } : {}) }
      : undefined;
  },
  fromArn: (arn) => ({ type: 'scalable-target', id: arn, arn }),
  async confirm({ id, arn = id }) {
    if (!id.startsWith(OF_ECS)) return confirmArn(arn);
    for await (const page of targetPages([id])) {
      const target = page.find((one) => textOf(one.ResourceId, 'the resource of a scalable target') === id);
      if (target) return present(target.ScalableDimension, target.CreationTime);
    }
    return absent('not listed');
  },
};

/**
 * Confirms any target. Targets are listed for one service namespace at a time, and an ARN does not contain the
 * namespace.
 */
function confirmArn(ResourceARN: string): Promise<Confirmation> {
  if (!ResourceARN.startsWith('arn:')) {
    return Promise.reject(new Error(`nothing here asks for the scalable target of ${ResourceARN} without its ARN`));
  }
  return ask(async () => {
    const response = await scaling.send(new ListTagsForResourceCommand({ ResourceARN }));
    mapOf(response.Tags, response);
    return present(undefined);
  }, 'ResourceNotFoundException');
}

function targetPages(ResourceIds?: string[]) {
  return pages(
    (NextToken) =>
      scaling.send(
        new DescribeScalableTargetsCommand({
          ServiceNamespace: 'ecs',
          ...(ResourceIds ? { ResourceIds } : {}),
          NextToken,
        }),
      ),
    (page) => page.ScalableTargets,
    (page) => page.NextToken,
  );
}
