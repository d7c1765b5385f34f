import type { PreflightRequest } from '../../contracts/request.ts';
import { isNotFound } from '../../runtime/aws-errors.ts';
import type { Candidate, Confirmation } from '../../sweep/sweep-service.ts';

export const present = (reason: string | undefined): Confirmation => ({
  status: 'PRESENT',
  reason: reason ?? 'exists',
});
export const absent = (reason: string): Confirmation => ({ status: 'ABSENT', reason });

/**
 * Asks a service for one thing by name.
 * @param describe rejects with one of `notFound` when there is no such thing
 */
export async function ask(describe: () => Promise<Confirmation>, ...notFound: string[]): Promise<Confirmation> {
  try {
    return await describe();
  } catch (error) {
    if (isNotFound(error, ...notFound)) return absent((error as Error).name);
    throw error;
  }
}

/** How many pages are read of what no service can search, and what costs nothing. */
export const MOST_PAGES = 10;

/** At most so many pages; `stopped` is told when there are more. */
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

/** `aws`, `aws-cn`, …: that of the execution. */
export const partitionOf = ({ execution }: Pick<PreflightRequest, 'execution'>): string =>
  execution.id.split(':')[1] ?? 'aws';

/** `arn:aws:ecs:eu-west-1:123456789012:cluster/name` → `{service: 'ecs', resource: 'cluster/name'}` */
export function splitArn(arn: string): { service: string; resource: string } {
  const [, , service = '', , , ...rest] = arn.split(':');
  return { service, resource: rest.join(':') };
}

/**
 * A candidate from Terraform's state. Of what Terraform made and was stopped from reading back, the state has no more
 * than an id, which for the types in `named` is the name.
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
