import { isWildcardOnlyAction } from '@cloud-copilot/iam-simulate';
import type { AwsRequest } from '../service.ts';
import { operationOf } from './operations.ts';
import { RESOURCES } from './resources.ts';
import { s3Access } from './s3.ts';

/** One permission that a call needs: all of them must be there. */
export interface Access {
  /** `sqs:SendMessage` */
  action: string;
  /** ARNs, or `*` for an action that knows no resource. */
  resources: readonly string[];
  /** Condition keys that the service adds. */
  context?: Record<string, string | string[]>;
}

/** Where the call is made: parts of an ARN. */
export interface Place {
  region: string;
  accountId: string;
}

/** Names of services in signatures that policies call otherwise. */
const PREFIXES: Record<string, string> = { monitoring: 'cloudwatch', tagging: 'tag' };

/**
 * What AWS would ask the caller's policies for.
 * @returns undefined for a call of which the lab does not know what it is about
 */
export async function accessOf(request: AwsRequest, place: Place): Promise<Access[] | undefined> {
  if (request.service === 's3') return s3Access(request);
  const operation = operationOf(request);
  if (!operation) return undefined;
  const service = PREFIXES[request.service] ?? request.service;
  const action = `${service}:${operation}`;
  const known = RESOURCES[service]?.(operation, request, place);
  if (known) return known.map((access) => ({ action, ...access }));
  return (await isWildcardOnlyAction(service, operation).catch(() => false))
    ? [{ action, resources: ['*'] }]
    : undefined;
}
