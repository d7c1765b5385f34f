import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { SWEEP_SERVICES, type SweepService } from '../shared/request.ts';
import { patientConfig } from './client-config.ts';
import { pages, splitArn } from './sweep/support.ts';

const tagging = new ResourceGroupsTaggingAPIClient(patientConfig);

/** What the service of an ARN is called where the two differ. */
const ARN_SERVICES: Record<string, SweepService> = {
  elasticloadbalancing: 'elbv2',
};

/**
 * ARNs with all these tags. The tagging API goes on listing what is gone, and does not know what was never tagged: it
 * finds candidates, and proves nothing.
 */
export async function* allTaggedArns(tags: Record<string, string>): AsyncGenerator<string> {
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
  const all = pages(
    (PaginationToken) => tagging.send(new GetResourcesCommand({ TagFilters, ResourcesPerPage: 100, PaginationToken })),
    (page) => page.PaginationToken,
  );
  for await (const page of all) {
    for (const { ResourceARN: arn } of page.ResourceTagMappingList ?? []) if (arn) yield arn;
  }
}

/** @param service whose ARNs; `tagging` for those of no other sweep */
export async function* taggedArns(service: SweepService, tags: Record<string, string>): AsyncGenerator<string> {
  for await (const arn of allTaggedArns(tags)) if (sweepOf(arn) === service) yield arn;
}

/** The sweep that an ARN is for. */
export function sweepOf(arn: string): SweepService {
  const { service } = splitArn(arn);
  return ARN_SERVICES[service] ?? SWEEP_SERVICES.find((one) => one === service) ?? 'tagging';
}
