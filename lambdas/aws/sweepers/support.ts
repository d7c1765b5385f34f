import type { PreflightRequest } from '../../contracts/request.ts';
import { isNotFound } from '../../runtime/aws-errors.ts';
import type { Candidate, Confirmation } from '../../sweep/sweep-service.ts';

/** @param createdAt when the service says that the resource was created; a number is in milliseconds */
export const present = (reason: string | undefined, createdAt?: Date | number): Confirmation => ({
  status: 'PRESENT',
  reason: reason ?? 'exists',
  ...(createdAt === undefined ? {} : { created: { at: Number(createdAt) } }),
});
export const absent = (reason: string): Confirmation => ({ status: 'ABSENT', reason });

/**
 * Reads one resource of a service by name.
 * @param describe rejects with one of `notFound` when the resource does not exist
 */
export async function ask(describe: () => Promise<Confirmation>, ...notFound: string[]): Promise<Confirmation> {
  try {
    return await describe();
  } catch (error) {
    if (isNotFound(error, ...notFound)) return absent((error as Error).name);
    throw error;
  }
}

/** At most this many pages are read of resources that no service call can search and that cost nothing. */
export const MOST_PAGES = 10;

/** Yields at most `most` pages, and calls `stopped` when there are more. */
export async function* upTo<P>(most: number, all: AsyncIterable<P>, stopped: () => void): AsyncGenerator<P> {
  let read = 0;
  for await (const page of all) {
    if (read === most) {
      stopped();
      return;
    }
    read += 1;
    yield page;
  }
}

/** Returns the partition of the execution: `aws`, `aws-cn`, …. */
export const partitionOf = ({ execution }: Pick<PreflightRequest, 'execution'>): string =>
  execution.id.split(':')[1] ?? 'aws';

/** Splits an ARN: `arn:aws:ecs:eu-west-1:123456789012:cluster/name` → `{service: 'ecs', resource: 'cluster/name'}` */
export function splitArn(arn: string): { service: string; resource: string } {
  const [, , service = '', , , ...rest] = arn.split(':');
  return { service, resource: rest.join(':') };
}

/**
 * Returns the candidate of an item in Terraform's state. If Terraform was stopped before it read a new resource back,
 * the state contains only an id, which is the name for the types in `named`.
 */
export function fromState(
  { type, id, arn }: { type: string; id: string; arn?: string | undefined },
  named: Readonly<Record<string, string>>,
  fromArn: (arn: string) => Candidate | undefined,
): Candidate | undefined {
  if (arn) return fromArn(arn);
  const kind = named[type];
  return kind && id ? { type: kind, id } : undefined;
}
