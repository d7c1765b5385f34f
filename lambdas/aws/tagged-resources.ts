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
 * Yields the ARNs with all these tags. The tagging API continues to list deleted resources, and does not list resources
 * that were never tagged: it finds candidates, and proves nothing. Each call covers one region; global resources are in
 * the partition's first region.
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
  /** The owner is the value of the tag that names an execution. */
  owner?: string;
}

interface Listed {
  found: Tagged[];
  /** The failure is the reason why the list could not be read to its end. */
  failure?: unknown;
}

/**
 * Reads the tagged resources once for all services, because the list contains only the environment's resources.
 * @param region the environment's region: every service gets the error when this list fails
 * @param elsewhere other regions, in addition to the region of global resources: when one fails, `tagging` gets the
 * error
 * @returns `tagged` yields the ARNs of a service, or for `tagging` those that no other sweep can confirm.
 * `otherDeployments` returns sentences about the resources that another deployment has in its own region for an
 * environment with the same name
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
