import { COMPUTE } from './generic-kinds/compute.ts';
import type { GenericKind } from './generic-kinds/kind.ts';
import { MANAGEMENT } from './generic-kinds/management.ts';
import { MESSAGES } from './generic-kinds/messages.ts';
import { NETWORK } from './generic-kinds/network.ts';
import { STORES } from './generic-kinds/stores.ts';

/** All kinds that AWS Cloud Control API reads here. No ARN is of two of them. */
export const GENERIC_KINDS: readonly GenericKind[] = [...COMPUTE, ...MESSAGES, ...STORES, ...NETWORK, ...MANAGEMENT];

export const GENERIC_ACTIONS: readonly string[] = [
  ...new Set([
    'cloudformation:GetResource',
    'cloudformation:ListResources',
    ...GENERIC_KINDS.flatMap((kind) => kind.actions),
  ]),
].sort();

export interface GenericName {
  kind: GenericKind;
  identifier: string;
}

/**
 * Returns the kind and the identifier that Cloud Control has for the resource of an ARN. The result is undefined for a
 * kind that is not in the list.
 */
export function genericOfArn(arn: string): GenericName | undefined {
  const [, , service, , , ...rest] = arn.split(':');
  const resource = rest.join(':');
  for (const kind of GENERIC_KINDS) {
    if (kind.arn?.[0] !== service) continue;
    const match = kind.arn?.[1].exec(resource);
    if (match) return { kind, identifier: kind.identifier?.(match, arn) ?? match[1] ?? resource };
  }
  return undefined;
}

export function genericOfTerraform(terraformType: string): GenericKind | undefined {
  return GENERIC_KINDS.find(({ terraform }) => terraform?.includes(terraformType));
}

export function genericOfType(type: string): GenericKind | undefined {
  return GENERIC_KINDS.find((kind) => kind.type === type);
}
