import * as z from 'zod';
import { isObject } from '../json.ts';

/**
 * The file reads a plan as `terraform show -json` prints it
 * (https://developer.hashicorp.com/terraform/internals/json-format).
 */

const change = z.object({
  address: z.string(),
  mode: z.string().optional(),
  type: z.string().optional(),
  index: z.unknown().optional(),
  deposed: z.string().optional(),
  provider_name: z.string().optional(),
  action_reason: z.string().optional(),
  change: z.object({
    actions: z.array(z.string()),
    importing: z.unknown().optional(),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    after_unknown: z.unknown().optional(),
    before_sensitive: z.unknown().optional(),
    after_sensitive: z.unknown().optional(),
  }),
});
export const shownPlan = z.object({
  /** The time is that of the plan's creation, RFC 3339. */
  timestamp: z.string().optional(),
  resource_changes: z.array(change).default([]),
  configuration: z.object({ root_module: z.unknown().optional() }).optional(),
  prior_state: z.object({ values: z.object({ root_module: z.unknown().optional() }).optional() }).optional(),
});
export type ShownPlan = z.infer<typeof shownPlan>;
export type Change = ShownPlan['resource_changes'][number];

const has = (actions: readonly string[], action: string) => actions.includes(action);
export const isSame = (one: readonly string[], other: readonly string[]) => one.join() === other.join();
const described = ({ address, change: { actions } }: Change) => `${address} (${actions.join(', ')})`;

/** Returns the resources that a plan changes. */
export function changed({ resource_changes }: ShownPlan): Change[] {
  return resource_changes.filter(({ change: { actions } }) =>
    actions.some((action) => action !== 'no-op' && action !== 'read'),
  );
}

/** A message names at most this number of changes. */
export const MOST = 8;

/**
 * Returns what a plan changes besides the services' new task definitions. A service or a database that is created anew
 * is an outage, and no rollout.
 * @returns "none", or the changes in one line
 */
export function othersIn(plan: ShownPlan): string {
  const others = changed(plan).filter(
    ({ type, change: { actions } }) =>
      !(type === 'aws_ecs_task_definition' && !isSame(actions, ['delete'])) &&
      !(type === 'aws_ecs_service' && isSame(actions, ['update'])),
  );
  if (others.length === 0) return 'none';
  const rest = others.length > MOST ? `; and ${others.length - MOST} more` : '';
  return `${others.slice(0, MOST).map(described).join('; ')}${rest}`;
}

const tags = z.object({
  tags_all: z.record(z.string(), z.unknown()).nullish(),
  force_delete: z.unknown().optional(),
});
const REPOSITORY = 'aws_ecr_repository';

/**
 * Returns what nobody has approved in the plan of the repositories: a repository that is deleted takes its images with
 * it, and the plan that a person may refuse comes later.
 */
export function unapprovedIn(plan: ShownPlan): string[] {
  const allowed = ['no-op', 'read', 'create', 'update'];
  return unique(
    plan.resource_changes
      .filter(({ mode, type }) => mode === 'managed' && type === REPOSITORY)
      .filter(({ change: { actions } }) => actions.some((action) => !has(allowed, action)))
      .map(described),
  );
}

/** Returns the addresses of the repositories that a plan creates, and of those that it changes in place. */
export function repositoriesIn({ resource_changes }: ShownPlan): { created: string[]; updated: string[] } {
  const addresses = (action: string) =>
    resource_changes
      .filter(({ type, change: { actions } }) => type === REPOSITORY && isSame(actions, [action]))
      .map(({ address }) => address);
  return { created: addresses('create'), updated: addresses('update') };
}

/**
 * Returns what a teardown could not delete of the plan of the repositories. @param own the tags that a teardown queries
 */
export function undestroyableIn(plan: ShownPlan, own: Readonly<Record<string, string>>): string[] {
  const managed = changed(plan).filter(({ mode }) => mode === 'managed');
  return unique(
    managed.flatMap(({ address, type, change: { after } }) => {
      if (type !== REPOSITORY)
        return [`${address} is no repository: let the repositories depend on nothing that this root makes`];
      if (after === null || after === undefined) return [];
      const { tags_all, force_delete } = tags.parse(after);
      const missing = Object.entries(own).filter(([key, value]) => tags_all?.[key] !== value);
      return [
        ...missing.map(
          ([key, value]) =>
            `${address} has the tag ${key}=${tags_all?.[key] ?? '(none)'}, and a teardown asks for ${key}=${value}: set default_tags of the provider`,
        ),
        ...(force_delete === true ? [] : [`${address} keeps its images from being deleted: set force_delete to true`]),
      ];
    }),
  );
}

const unique = (lines: readonly string[]) => [...new Set(lines)].sort();

/**
 * Returns the identifiers of the databases that a plan changes, by address: their ids are RDS's own, and its errors
 * name identifiers.
 */
export function databasesIn(plan: ShownPlan): Map<string, string> {
  return new Map(
    changed(plan).flatMap(({ type, address, change: { before } }) => {
      const identifier = type === 'aws_db_instance' && isObject(before) ? before.identifier : undefined;
      return typeof identifier === 'string' ? [[address, identifier] as const] : [];
    }),
  );
}
