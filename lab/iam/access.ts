import type { AwsRequest } from '../service.ts';
import { masterPassword, passedRoles, tagOnCreate } from './dependents.ts';
import { operationOf } from './operations.ts';
import { tagKeys, tagsIn } from './parameters.ts';
import { actionReference, REQUEST_TAG } from './reference.ts';
import { RESOURCES } from './resources/by-name.ts';
import { cloudControlAccess } from './resources/cloud-control.ts';
import { ec2Access } from './resources/ec2.ts';
import { s3Access } from './resources/s3.ts';
import { validatedRights } from './validations.ts';

/** Condition keys. */
export type Context = Readonly<Record<string, string | string[]>>;

/** One permission that a call needs: all of them must be there. */
export interface Access {
  /** `sqs:SendMessage` */
  action: string;
  /** ARNs, or `*` for an action that knows no resource. */
  resources: readonly string[];
  /** Condition keys that the service adds. */
  context?: Context;
  /** Trust policy of the role that is assumed. */
  trust?: { Statement: unknown };
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
  if (request.service === 'cloudcontrolapi') return cloudControlAccess(operation, request.params, place);
  const service = PREFIXES[request.service] ?? request.service;
  const action = `${service}:${operation}`;
  // Nobody can be kept from asking who he is.
  if (action === 'sts:GetCallerIdentity') return [];
  const reference = await actionReference(service, operation);
  if (!reference) return undefined;
  if (service === 'ec2' && !reference.anyResource) return ec2Access(operation, request.params, reference, place);
  const known = RESOURCES[service]?.(operation, request, place);
  if (!known) return reference.anyResource ? [{ action, resources: ['*'] }] : undefined;

  const sent = tagKeys('RequestTag', tagsIn(request.params));
  const requestTags = reference.keys.has(REQUEST_TAG) ? sent : {};
  return [
    ...known.map(({ resources, context }) => ({
      action,
      resources: reference.anyResource ? ['*'] : resources,
      ...(context || Object.keys(requestTags).length > 0 ? { context: { ...context, ...requestTags } } : {}),
    })),
    ...known.flatMap(({ resources }) => tagOnCreate(service, operation, resources, requestTags)),
    ...passedRoles(service, operation, request),
    ...(service === 'rds' ? masterPassword(operation, request, place) : []),
    ...validatedRights(service, operation, request, place),
  ];
}
