import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { once } from '../shared/once.ts';
import { SWEEP_SERVICES, type SweepService } from '../shared/sweep-request.ts';
import { textOf } from './answers.ts';
import { patientConfig } from './client-config.ts';
import { eachItem } from './pages.ts';
import { splitArn } from './sweep/support.ts';

const tagging = new ResourceGroupsTaggingAPIClient(patientConfig);

/** What the service of an ARN is called where the two differ. */
const ARN_SERVICES: Record<string, SweepService> = {
  elasticloadbalancing: 'elbv2',
};

/**
 * ARNs with all these tags. The tagging API goes on listing what is gone, and does not know what was never tagged: it
 * finds candidates, and proves nothing.
 */
async function* allTaggedArns(tags: Record<string, string>): AsyncGenerator<string> {
  const TagFilters = Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] }));
  const all = eachItem(
    (PaginationToken) => tagging.send(new GetResourcesCommand({ TagFilters, ResourcesPerPage: 100, PaginationToken })),
    (page) => page.ResourceTagMappingList,
    (page) => page.PaginationToken,
  );
  for await (const { ResourceARN } of all) yield textOf(ResourceARN, 'the ARN of a tagged resource');
}

/**
 * Reads them once, however many services ask for theirs: there are only the environment's own.
 * @returns ARNs of a service; of `tagging`, those of no other sweep
 */
export function taggedArns(tags: Record<string, string>): (service: SweepService) => AsyncGenerator<string> {
  const read = once(async () => {
    const arns: string[] = [];
    for await (const arn of allTaggedArns(tags)) arns.push(arn);
    return arns;
  });
  return async function* ofService(service) {
    for (const arn of await read()) if (sweepOf(arn) === service) yield arn;
  };
}

/** The sweep that an ARN is for. */
function sweepOf(arn: string): SweepService {
  const { service } = splitArn(arn);
  return ARN_SERVICES[service] ?? SWEEP_SERVICES.find((one) => one === service) ?? 'tagging';
}
