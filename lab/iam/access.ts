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

/** The context has the condition keys of a call. */
export type Context = Readonly<Record<string, string | string[]>>;

/** An access is one permission that a call needs. The call needs all of them. */
export interface Access {
  /** The form is `sqs:SendMessage`. */
  action: string;
  /** The resources are ARNs, or `*` for an action without resources. */
  resources: readonly string[];
  /** The service adds these condition keys. */
  context?: Context;
  /** The trust policy is that of the role that is assumed. */
  trust?: { Statement: unknown };
}

/** A place has the parts of an ARN that come from where the call is made. */
export interface Place {
  region: string;
  accountId: string;
}

/** Policies use other names for these services than signatures do. */
const PREFIXES: Record<string, string> = { monitoring: 'cloudwatch', tagging: 'tag' };

/**
 * Returns the permissions that AWS would require of the caller's policies.
 * @returns undefined for a call whose resources the lab cannot determine
 */
export async function accessOf(request: AwsRequest, place: Place): Promise<Access[] | undefined> {
  if (request.service === 's3') return s3Access(request);
  const operation = operationOf(request);
  if (!operation) return undefined;
  if (request.service === 'cloudcontrolapi') return cloudControlAccess(operation, request.params, place);
  const service = PREFIXES[request.service] ?? request.service;
  const action = `${service}:${operation}`;
  // No policy can deny a caller this action.
  if (action === 'sts:GetCallerIdentity') return [];
  const reference = await actionReference(service, operation);
  if (!reference) return undefined;
  if (service === 'ec2' && !reference.anyResource) return ec2Access(operation, request.params, reference, place);
  const known = RESOURCES[service]?.(operation, request, place);
  const sent = tagKeys('RequestTag', tagsIn(request.params));
  const requestTags = reference.keys.has(REQUEST_TAG) ? sent : {};
  if (!known && !reference.anyResource) return undefined;
  if (!known)
    return [{ action, resources: ['*'], ...(Object.keys(requestTags).length > 0 ? { context: requestTags } : {}) }];

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
