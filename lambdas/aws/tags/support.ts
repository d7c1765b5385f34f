import type { RemovalScope } from '../../removal/unmanaged-rules.ts';
import { isNotFound } from '../../runtime/aws-errors.ts';

/** Returns the ARN of a resource that its service tags by ARN and lists by name. */
export function arnIn({ partition, region, accountId }: RemovalScope, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** @returns undefined when the service reports, by one of these error names, that the resource does not exist */
export async function unlessGone<T>(call: Promise<T>, ...notFound: string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error, ...notFound)) return undefined;
    throw error;
  }
}
