import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { globalRegion } from '../contracts/regions.ts';
import type { SweepService } from '../contracts/sweep-request.ts';
import { once } from '../runtime/once.ts';
import { otherDeployment } from '../sweep/attribute.ts';
import { sweepOfArn } from '../sweep/sweep-of-arn.ts';
import { patientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { textOf } from './responses.ts';

/**
 * ARNs with all these tags. The tagging API goes on listing what is gone, and does not know what was never tagged: it
 * finds candidates, and proves nothing. It knows one region each; that of what is in no region is the partition's first.
 */
async function* allTagged(tags: Record<string, string>, region: string): AsyncGenerator<Tagged> {
  const tagging = new ResourceGroupsTaggingAPIClient({ ...patientConfig, region });
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
  const all = eachItem(
    (PaginationToken) => tagging.send(new GetResourcesCommand({ TagFilters, ResourcesPerPage: 100, PaginationToken })),
    (page) => page.ResourceTagMappingList,
    (page) => page.PaginationToken,
  );
  for await (const { ResourceARN, Tags } of all) {
    const owner = Tags?.find(({ Key }) => Key === 'owner')?.Value;
    yield { arn: textOf(ResourceARN, 'the ARN of a tagged resource'), ...(owner === undefined ? {} : { owner }) };
  }
}

interface Tagged {
  arn: string;
  /** Of its tags, that which names an execution. */
  owner?: string;
}

interface Listed {
  found: Tagged[];
  /** Why it could not be listed to its end. */
  failure?: unknown;
}

/**
 * Reads them once, however many services ask for theirs: there are only the environment's own.
 * @param region of the environment: whoever asks is told when its list fails
 * @param elsewhere other regions, besides that of what is in no region: when one fails, `tagging` is told
 * @returns ARNs of a service; of `tagging`, those that no other sweep can confirm. `otherDeployments` has sentences about what
 *   another deployment has in its own region, whose environment has the same name
 */
export function taggedArns(
  tags: Record<string, string>,
  region: string,
  elsewhere: readonly string[] = [],
): { tagged(service: SweepService): AsyncGenerator<string>; otherDeployments(): Promise<string[]> } {
  const listed = async (place: string): Promise<Listed> => {
    const found: Tagged[] = [];
    try {
      for await (const one of allTagged(tags, place)) found.push(one);
      return { found };
    } catch (failure) {
      return { found, failure };
    }
  };
  const own = once(() => listed(region));
  const others = once(() => {
    const places = new Set([...elsewhere, ...(elsewhere.length > 0 ? [globalRegion(region)] : [])]);
    places.delete(region);
    return Promise.all([...places].map(async (place) => ({ place, ...(await listed(place)) })));
  });
  const isOthers = ({ owner }: Tagged) => otherDeployment(owner === undefined ? {} : { owner }, region) !== undefined;
  return {
    async *tagged(service) {
      const there = (await others()).flatMap(({ found }) => found.filter((one) => !isOthers(one)));
      const arns = new Set([...(await own()).found, ...there].map(({ arn }) => arn));
      for (const arn of arns) if (sweepOfArn(arn, region) === service) yield arn;
      const { failure } = await own();
      if (failure !== undefined) throw failure;
      if (service !== 'tagging') return;
      for (const { place, failure: missed } of await others()) {
        if (missed !== undefined) throw new Error(`tags in ${place} could not be read`, { cause: missed });
      }
    },
    async otherDeployments() {
      return (await others()).flatMap(({ place, found }) => {
        const count = found.filter(isOthers).length;
        return count === 0
          ? []
          : `${count} in ${place} with the environment’s tags left out: another deployment owns them`;
      });
    },
  };
}
