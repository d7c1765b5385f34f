import type { RemovalScope, Tags } from '../../operations/stray-rules.ts';
import { isNotFound } from '../../shared/aws-errors.ts';

/** ARN of something that its service tags by ARN and lists by name. */
export function arnIn({ partition, region, accountId }: RemovalScope, service: string, resource: string): string {
  return `arn:${partition}:${service}:${region}:${accountId}:${resource}`;
}

/** Of the spellings that services have for a tag. */
interface AnyTag {
  Key?: string | undefined;
  Value?: string | undefined;
  key?: string | undefined;
  value?: string | undefined;
}

export function tagsOf(list: readonly AnyTag[] | undefined): Tags {
  return Object.fromEntries((list ?? []).map((tag) => [tag.Key ?? tag.key ?? '', tag.Value ?? tag.value ?? '']));
}

/** @returns undefined when the service says, by one of these names, that there is no such thing */
export async function unlessGone<T>(call: Promise<T>, ...notFound: string[]): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (isNotFound(error, ...notFound)) return undefined;
    throw error;
  }
}
