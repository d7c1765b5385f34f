import type { Construct } from 'constructs';
import { arn } from '../../names.ts';
import type { Grant } from '../role.ts';

export const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';

/** `('sqs', {Create: ['Queue']})` → `['sqs:CreateQueue']`: long lists of actions, without the noise. */
export function expandActions(service: string, nouns: Record<string, readonly string[]>): string[] {
  return Object.entries(nouns).flatMap(([verb, names]) => names.map((noun) => `${service}:${verb}${noun}`));
}

/** Makes grants on resources of the stack's account and region that are known by a pattern of their names. */
export function namedIn(construct: Construct) {
  return (actions: string[], service: string, ...resources: string[]): Grant => ({
    actions,
    resources: resources.map((resource) => arn(construct, service, resource)),
    wildcardReason: BY_NAME,
  });
}
