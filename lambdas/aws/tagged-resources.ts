import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { globalRegion } from '../contracts/regions.ts';
import type { SweepService } from '../contracts/sweep-request.ts';
import { once } from '../runtime/once.ts';
import { sweepOfArn } from '../sweep/sweep-of-arn.ts';
import { textOf } from './answers.ts';
import { patientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';

/**
 * ARNs with all these tags. The tagging API goes on listing what is gone, and does not know what was never tagged: it
 * finds candidates, and proves nothing. It knows one region each; that of what is in no region is the partition's first.
 */
async function* allTaggedArns(tags: Record<string, string>, region: string): AsyncGenerator<string> {
  const tagging = new ResourceGroupsTaggingAPIClient({ ...patientConfig, region });
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
  const all = eachItem(
    (PaginationToken) => tagging.send(new GetResourcesCommand({ TagFilters, ResourcesPerPage: 100, PaginationToken })),
    (page) => page.ResourceTagMappingList,
    (page) => page.PaginationToken,
  );
  for await (const { ResourceARN } of all) yield textOf(ResourceARN, 'the ARN of a tagged resource');
}

interface Listed {
  arns: string[];
  /** Why it could not be listed to its end. */
  failure?: unknown;
}

/**
 * Reads them once, however many services ask for theirs: there are only the environment's own.
 * @param region of the environment: whoever asks is told when its list fails
 * @param elsewhere other regions, besides that of what is in no region: when one fails, `tagging` is told
 * @returns ARNs of a service; of `tagging`, those that no other sweep can confirm
 */
export function taggedArns(
  tags: Record<string, string>,
  region: string,
  elsewhere: readonly string[] = [],
): (service: SweepService) => AsyncGenerator<string> {
  const listed = async (place: string): Promise<Listed> => {
    const arns: string[] = [];
    try {
      for await (const arn of allTaggedArns(tags, place)) arns.push(arn);
      return { arns };
    } catch (failure) {
      return { arns, failure };
    }
  };
  const own = once(() => listed(region));
  const others = once(() => {
    const places = new Set([...elsewhere, ...(elsewhere.length > 0 ? [globalRegion(region)] : [])]);
    places.delete(region);
    return Promise.all([...places].map(async (place) => ({ place, ...(await listed(place)) })));
  });
  return async function* ofService(service) {
    const lists = [await own(), ...(await others())];
    for (const arn of new Set(lists.flatMap(({ arns }) => arns))) if (sweepOfArn(arn, region) === service) yield arn;
    const { failure } = await own();
    if (failure !== undefined) throw failure;
    if (service !== 'tagging') return;
    for (const { place, failure: missed } of await others()) {
      if (missed !== undefined) throw new Error(`tags in ${place} could not be read`, { cause: missed });
    }
  };
}
