import { GetResourcesCommand, ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { RemovalScope, Tags } from '../removal/unmanaged-rules.ts';
import type { Candidate } from '../sweep/sweep-service.ts';
import { patientConfig } from './client-config.ts';
import { listOf, tagsOf } from './responses.ts';

/**
 * Reads the tags of one resource from its own service. The function returns undefined when the resource no longer
 * exists.
 */
export type TagReader = (one: Candidate, scope: RemovalScope) => Promise<Tags | undefined>;

/** The keys are the types of a service's resources, by the names that its sweep uses. */
export type TagReaders = Readonly<Record<string, TagReader>>;

/** The modules are loaded one by one, because a sweep that finds nothing by name reads no tags. */
const LOADERS: Record<string, () => Promise<{ tags: TagReaders }>> = {
  ecs: () => import('./tags/ecs.ts'),
  rds: () => import('./tags/rds.ts'),
  sqs: () => import('./tags/sqs.ts'),
  elbv2: () => import('./tags/elbv2.ts'),
  ecr: () => import('./tags/ecr.ts'),
  logs: () => import('./tags/logs.ts'),
  ec2: () => import('./tags/ec2.ts'),
  iam: () => import('./tags/iam.ts'),
  secretsmanager: () => import('./tags/secretsmanager.ts'),
  sns: () => import('./tags/sns.ts'),
  cloudwatch: () => import('./tags/cloudwatch.ts'),
  events: () => import('./tags/events.ts'),
  'application-autoscaling': () => import('./tags/application-autoscaling.ts'),
  s3: () => import('./tags/s3.ts'),
  dynamodb: () => import('./tags/dynamodb.ts'),
  kms: () => import('./tags/kms.ts'),
};

const tagging = new ResourceGroupsTaggingAPIClient(patientConfig);

/**
 * Reads the tags of one resource from its own service. For a type without a reader, the function asks the tagging API,
 * whose silence proves nothing: the API covers neither resources that were never tagged nor every service.
 * @returns undefined when the resource no longer exists, or when no reader can determine its tags
 */
export async function readTags(service: string, one: Candidate, scope: RemovalScope): Promise<Tags | undefined> {
  const region = one.arn?.split(':')[3];
  // Every client here calls one region, which has no information about other regions.
  if (region && region !== scope.region) return undefined;
  const reader = (await LOADERS[service]?.())?.tags[one.type];
  if (reader) return reader(one, scope);
  const arn = one.arn ?? (one.id.startsWith('arn:') ? one.id : undefined);
  if (!arn) return undefined;
  const response = await tagging.send(new GetResourcesCommand({ ResourceARNList: [arn] }));
  const found = listOf(response.ResourceTagMappingList, response).find(({ ResourceARN }) => ResourceARN === arn);
  return found && tagsOf(found.Tags, found);
}
