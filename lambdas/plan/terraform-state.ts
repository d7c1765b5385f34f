import * as z from 'zod';
import type { InventoryItem } from '../contracts/payloads.ts';
import type { TaskDefinitions } from '../contracts/record.ts';
import { DependencyError } from '../runtime/errors.ts';
import { priceFacts } from './price-facts.ts';
import { isInAnAccount, isOfAws, partRule } from './terraform-parts.ts';
import { serviceOf } from './terraform-types.ts';

/** Providers give one name to values of several kinds: a number, a text, an object. What is not as it is read here is not there. */
const textual = z.string().nullish().catch(undefined);
const numeric = z.number().nullish().catch(undefined);
/** Some number their resources. */
const name = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .catch(undefined);

const attributes = z.looseObject({
  id: name,
  arn: textual,
  dashboard_arn: textual,
  /** Version 6 of the provider sets it on everything that is in a region. */
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
  master_user_secret: z
    .preprocess(
      // Of awscc it is one object.
      (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value),
      z.array(z.looseObject({ secret_arn: z.string() })).nullish(),
    )
    .catch(undefined),
});

const stateFile = z.object({
  version: z.literal(4),
  lineage: z.string(),
  /** Grows with every version. */
  serial: z.number().optional(),
  resources: z.array(
    z.object({
      module: z.string().optional(),
      mode: z.string(),
      type: z.string(),
      name: z.string(),
      provider: z.string().optional(),
      instances: z.array(
        z.object({ index_key: z.union([z.string(), z.number()]).optional(), attributes: attributes.nullish() }),
      ),
    }),
  ),
});

export interface TerraformState {
  lineage: string;
  serial?: number;
  /** How many resources Terraform itself manages. */
  resources: number;
  /** Those that are in an account, and what came with them. */
  items: InventoryItem[];
  /** By ARN of each ECS service, the task definition that it was given. */
  taskDefinitions: TaskDefinitions;
}

/**
 * What a state file says exists, data sources left out.
 * @throws {DependencyError} when it is no state file of version 4: what cannot be read is not empty
 */
export function parseState(text: string): TerraformState {
  const parsed = stateFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new DependencyError(`Terraform's state is not of version 4: ${z.prettifyError(parsed.error)}`);
  const { lineage, serial, resources } = parsed.data;
  const managed = resources.filter((resource) => resource.mode === 'managed');
  const count = managed.reduce((sum, { instances }) => sum + instances.length, 0);
  const inAccount = managed.filter(({ type, provider }) => isInAnAccount(type, provider));
  const items = inAccount.flatMap(({ module, type, name, provider, instances }) =>
    instances.flatMap(({ index_key, attributes }) => {
      const index = index_key === undefined ? '' : `[${JSON.stringify(index_key)}]`;
      const address = `${module ? `${module}.` : ''}${name}${index}`;
      const foreign = isOfAws(provider) ? {} : { provider: provider ?? '' };
      const found = { ...item(type, address, attributes ?? {}), ...foreign };
      return [{ ...found, ...placeOf(found, attributes ?? {}, provider) }, ...byproducts(address, attributes ?? {})];
    }),
  );
  return {
    ...{ lineage, resources: count, items, taskDefinitions: taskDefinitionsOf(managed) },
    ...(serial === undefined ? {} : { serial }),
  };
}

/** The ARN of an ECS service is its id. */
function taskDefinitionsOf(managed: z.output<typeof stateFile>['resources']): TaskDefinitions {
  const services = managed.filter(({ type }) => type === 'aws_ecs_service').flatMap(({ instances }) => instances);
  return Object.fromEntries(
    services.flatMap(({ attributes }) =>
      attributes?.id && attributes.task_definition ? [[attributes.id, attributes.task_definition]] : [],
    ),
  );
}

function item(type: string, name: string, values: z.output<typeof attributes>): InventoryItem {
  const arn = arnOf(values);
  // The id of a database is a number of RDS's own, by which RDS does not let one ask.
  const id = (type === 'aws_db_instance' && values.identifier) || values.id || '';
  const of = parentsOf(type, values);
  return {
    ...{ type, name, id, ...(arn ? { arn } : {}), service: serviceOf(type) },
    ...(of.length > 0 ? { of } : {}),
    ...priceFacts(type, values),
  };
}

/** What the state says of the region, where the ARN does not. */
function placeOf(
  { arn, provider: foreign }: InventoryItem,
  { region }: z.output<typeof attributes>,
  provider: string | undefined,
): Pick<InventoryItem, 'region' | 'alias'> {
  if (arn || foreign) return {};
  if (region) return { region };
  const alias = /"\]\.(.+)$/.exec(provider ?? '')?.[1];
  return alias ? { alias } : {};
}

/** What the attributes of a part name as its parent. */
function parentsOf(type: string, values: Readonly<Record<string, unknown>>): string[] {
  const named = (partRule(type)?.by ?? []).flatMap((attribute) => values[attribute]);
  return named.filter((one) => typeof one === 'string' && one !== '') as string[];
}

/** The provider keeps an ARN under different names: an ECS service's is its id, a dashboard's has a name of its own. */
function arnOf({ id, arn, dashboard_arn }: z.output<typeof attributes>): string | undefined {
  return arn ?? dashboard_arn ?? (id?.startsWith('arn:') ? id : undefined);
}

/**
 * What is in no state of its own: the secret that RDS made for a database, whose name does not show whose it is, and a
 * table's replicas in other regions.
 */
function byproducts(name: string, { master_user_secret, replica }: z.output<typeof attributes>): InventoryItem[] {
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
  return [...secrets, ...replicas];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
