import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

export const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';

/** Returns `['sqs:CreateQueue']` for `('sqs', {Create: ['Queue']})`, which shortens long lists of actions. */
export function expandActions(service: string, nouns: Record<string, readonly string[]>): string[] {
  return Object.entries(nouns).flatMap(([verb, names]) => names.map((noun) => `${service}:${verb}${noun}`));
}

/**
 * Returns a function that creates grants on resources of the stack's account and region, by a pattern of their names.
 */
export function namedIn(construct: Construct) {
  return (actions: string[], service: string, ...resources: string[]): Grant => ({
    actions,
    resources: resources.map((resource) => arn(construct, service, resource)),
    wildcardReason: BY_NAME,
  });
}
