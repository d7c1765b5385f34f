import { APIS } from './required-actions/apis.ts';
import { DATA } from './required-actions/data.ts';
import { EDGE, FILES, KEYS } from './required-actions/edge.ts';
import { EGRESS, INSTANCES } from './required-actions/egress.ts';
import { EVENT_SOURCES, FUNCTIONS } from './required-actions/functions.ts';
import { IDENTITY, MANAGED_POLICIES } from './required-actions/identity.ts';
import { MESSAGING } from './required-actions/messaging.ts';
import { NETWORK } from './required-actions/network.ts';
import { PLATFORM } from './required-actions/platform.ts';
import type { RequiredActions, Requirement } from './required-actions/row.ts';
import { STORAGE } from './required-actions/storage.ts';

export type { RequiredActions, Requirement } from './required-actions/row.ts';

/**
 * The table lists the actions that Terraform needs for the resources of a root (docs/adr/0027-what-terraform-needs.md).
 */
export const REQUIRED_ACTIONS: Readonly<Record<'resource' | 'data', Readonly<Record<string, RequiredActions>>>> = {
  resource: {
    ...NETWORK,
    ...EGRESS,
    ...INSTANCES,
    ...PLATFORM,
    ...MESSAGING,
    ...STORAGE,
    ...FUNCTIONS,
    ...EVENT_SOURCES,
    ...APIS,
    ...FILES,
    ...EDGE,
    ...KEYS,
    ...MANAGED_POLICIES,
    ...IDENTITY,
  },
  data: DATA,
};

export interface Block {
  kind: 'resource' | 'data';
  type: string;
  name: string;
  /**
   * The set contains the names of the arguments and nested blocks, except arguments with the literal `null` or `false`.
   */
  attributes: ReadonlySet<string>;
}

/** @param source the text of a `.tf` file in the format of `terraform fmt` */
export function blocksOf(source: string): Block[] {
  return [...source.matchAll(/^(resource|data) "(\w+)" "(\w+)" \{(?:\}|\n([\s\S]*?)^\})/gm)].map(
    ([, kind, type = '', name = '', body = '']) => ({
      kind: kind as Block['kind'],
      type,
      name,
      attributes: new Set(
        [...body.matchAll(/^ {2}(?:dynamic "(\w+)"|(\w+))\s*(?:= (.*)|\{.*)$/gm)]
          .filter(([, , , value]) => !/^(null|false)\b/.test(value ?? ''))
          .map(([, dynamic, attribute = '']) => dynamic ?? attribute),
      ),
    }),
  );
}

/** @throws {Error} for a type without a row, because the actions that it needs are not known */
export function requiredBy({ kind, type, name, attributes }: Block): Requirement[] {
  const row = REQUIRED_ACTIONS[kind][type];
  if (!row) {
    throw new Error(`${kind} ${type}.${name}: what it needs is not known; add a row to lambdas/plan/required-actions/`);
  }
  const { create, read, update, delete: remove, tag, when } = row;
  const optional = Object.entries(when).filter(([attribute]) => attributes.has(attribute));
  return [...new Set([...create, ...read, ...update, ...remove, ...tag, ...optional.flatMap(([, one]) => one)])].sort();
}
