import * as z from 'zod';
import type { InventoryItem } from '../contracts/payloads/inventory.ts';
import type { TaskDefinitions } from '../contracts/record.ts';
import { priceFacts } from './price-facts.ts';
import { indexOf, parseStateFile, type StateResource } from './state-file.ts';
import { isInAnAccount, isOfAws, partRule } from './terraform-parts.ts';
import { serviceOf } from './terraform-types.ts';

/**
 * Providers use one attribute name for values of different kinds: a number, a text or an object. A value of an
 * unexpected kind counts as absent.
 */
const textual = z.string().nullish().catch(undefined);
const numeric = z.number().nullish().catch(undefined);
/** Some providers use numbers as ids. */
const name = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

/** Every object has these: a value of another kind counts as absent. */
const attributes = z.looseObject({
  id: name,
  arn: textual,
  dashboard_arn: textual,
  /** Version 6 of the provider sets the region on every regional resource. */
  region: textual,
  identifier: textual,
  instance_class: textual,
  allocated_storage: numeric,
  desired_count: numeric,
  task_definition: textual,
  cpu: z.union([z.string(), z.number()]).nullish().catch(undefined),
  memory: z.union([z.string(), z.number()]).nullish().catch(undefined),
  replica: z
    .array(z.looseObject({ arn: z.string().nullish() }))
    .nullish()
    .catch(undefined),
  root_block_device: z
    .array(z.looseObject({ volume_id: z.string().nullish() }))
    .nullish()
    .catch(undefined),
  master_user_secret: z
    .preprocess(
      // The attribute is one object in the awscc provider.
      (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value),
      z.array(z.looseObject({ secret_arn: z.string() })).nullish(),
    )
    .catch(undefined),
});

type Values = z.output<typeof attributes>;

export interface TerraformState {
  lineage: string;
  serial?: number;
  /** The number counts the resources that Terraform itself manages. */
  resources: number;
  /** The items are the resources that are in an account, and the resources that were created with them. */
  items: InventoryItem[];
  /** The map's keys are the ARNs of the ECS services. The values are the task definitions that Terraform gave them. */
  taskDefinitions: TaskDefinitions;
}

/**
 * Returns the resources that a state file contains, without data sources.
 * @throws {DependencyError} when the text is not a state file of version 4: an unreadable state is not an empty one
 */
export function parseState(text: string): TerraformState {
  const { lineage, serial, managed } = parseStateFile(text);
  const count = managed.reduce((sum, { instances }) => sum + instances.length, 0);
  const inAccount = managed.filter(({ type, provider }) => isInAnAccount(type, provider));
  const items = inAccount.flatMap(({ module, type, name, provider, instances }) =>
    instances.flatMap((instance) => {
      const values = attributes.parse(instance.attributes ?? {});
      const address = `${module ? `${module}.` : ''}${name}${indexOf(instance)}`;
      const foreign = isOfAws(provider) ? {} : { provider: provider ?? '' };
      const found = { ...item(type, address, values), ...foreign };
      return [{ ...found, ...placeOf(found, values, provider) }, ...byproducts(address, values)];
    }),
  );
  return {
    ...{ lineage, resources: count, items, taskDefinitions: taskDefinitionsOf(managed) },
    ...(serial === undefined ? {} : { serial }),
  };
}

/** The id of an ECS service is its ARN. */
function taskDefinitionsOf(managed: readonly StateResource[]): TaskDefinitions {
  const services = managed.filter(({ type }) => type === 'aws_ecs_service').flatMap(({ instances }) => instances);
  return Object.fromEntries(
    services.flatMap((service) => {
      const { id, task_definition } = attributes.parse(service.attributes ?? {});
      return id && task_definition ? [[id, task_definition]] : [];
    }),
  );
}

function item(type: string, name: string, values: Values): InventoryItem {
  const arn = arnOf(values);
  // The id of a database is a number that RDS assigned, and RDS does not accept it in a request.
  const id = (type === 'aws_db_instance' && values.identifier) || values.id || '';
  const of = parentsOf(type, values);
  return {
    ...{ type, name, id, ...(arn ? { arn } : {}), service: serviceOf(type) },
    ...(of.length > 0 ? { of } : {}),
    ...(isTagged(values) ? {} : { untagged: true as const }),
    ...priceFacts(type, values),
  };
}

/**
 * Reports whether a resource has both tags. `tags_all` includes the provider's default tags; an Auto Scaling group has
 * a list of tags.
 */
function isTagged({ tags_all, tags, tag }: Readonly<Record<string, unknown>>): boolean {
  const listed = z.array(z.looseObject({ key: z.string() })).safeParse(tag).data ?? [];
  const keys = [...Object.keys(Object(tags_all ?? tags ?? {})), ...listed.map(({ key }) => key)];
  return keys.includes('project') && keys.includes('environment');
}

/** Returns the region from the state when the ARN does not contain it. */
function placeOf(
  { arn, provider: foreign }: InventoryItem,
  { region }: Values,
  provider: string | undefined,
): Pick<InventoryItem, 'region' | 'alias'> {
  if (arn || foreign) return {};
  if (region) return { region };
  const alias = /"\]\.(.+)$/.exec(provider ?? '')?.[1];
  return alias ? { alias } : {};
}

/** Returns the values by which the attributes of a part name its parent. */
function parentsOf(type: string, values: Readonly<Record<string, unknown>>): string[] {
  const named = (partRule(type)?.by ?? []).flatMap((attribute) => values[attribute]);
  return named.filter((one) => typeof one === 'string' && one !== '') as string[];
}

/**
 * Returns the ARN of a resource. The provider uses different attributes for it: an ECS service has it in `id`, and a
 * dashboard in `dashboard_arn`.
 */
function arnOf({ id, arn, dashboard_arn }: Values): string | undefined {
  return arn ?? dashboard_arn ?? (id?.startsWith('arn:') ? id : undefined);
}

/**
 * Returns resources that have no entry of their own in the state: the secret that RDS created for a database, whose
 * name does not show the owner, a table's replicas in other regions, and the volume from which an instance starts. The
 * instance's other volumes may be attached to it, and belong to somebody else.
 */
function byproducts(name: string, { master_user_secret, replica, root_block_device }: Values): InventoryItem[] {
  const secrets = (master_user_secret ?? []).map(({ secret_arn }) => ({
    type: 'aws_secretsmanager_secret',
    name: `${name}.master_user_secret`,
    id: secret_arn,
    arn: secret_arn,
    service: 'secretsmanager',
  }));
  const type = 'aws_dynamodb_table_replica';
  const replicas = (replica ?? []).flatMap(({ arn }) =>
    arn ? [{ type, name: `${name}.replica`, id: arn, arn, service: serviceOf(type) }] : [],
  );
  const volumes = (root_block_device ?? []).flatMap(({ volume_id: id }) =>
    id ? [{ type: 'aws_ebs_volume', name: `${name}.root_block_device`, id, service: serviceOf('aws_ebs_volume') }] : [],
  );
  return [...secrets, ...replicas, ...volumes];
}
