import { loadSweeper } from '../../../../lambdas/aws/sweepers.ts';
import type { InventoryItem } from '../../../../lambdas/contracts/payloads/inventory.ts';
import type { PreflightRequest } from '../../../../lambdas/contracts/request.ts';
import { type ProvenancePorts, sweepProvenance } from '../../../../lambdas/provenance/provenance.ts';
import type { TrailEvent } from '../../../../lambdas/provenance/trail-events.ts';
import type { Sweeper } from '../../../../lambdas/sweep/sweep-service.ts';
import { ACCOUNT, aRequest, NO_NEIGHBOURS, PREFIX } from './fixtures.ts';

/** The functions sweep an account by provenance. Its event history has the calls of a test. */

export const BUILD = {
  id: 'runbook-terraform:1f0e4e0c-1111-2222-3333-444455556666',
  role: `arn:aws:iam::${ACCOUNT}:role/runbook-terraform`,
  began: true,
};
export const SESSION = 'AWSCodeBuild-1f0e4e0c-1111-2222-3333-444455556666';
export const TASK_ROLE = `arn:aws:iam::${ACCOUNT}:role/${PREFIX}-api-task`;
export const arn = (service: string, resource: string) => `arn:aws:${service}:eu-west-1:${ACCOUNT}:${resource}`;

let second = 0;
export function call(
  source: string,
  name: string,
  request: unknown,
  response: unknown = null,
  changes: Partial<TrailEvent> = {},
): TrailEvent {
  second += 1;
  const time = new Date(Date.parse('2026-01-31T12:05:00Z') + second * 1_000).toISOString();
  const own = { role: BUILD.role, session: SESSION, readOnly: false, failed: false, region: 'eu-west-1' };
  return { source, name, request, response, time, ...own, ...changes };
}

export interface World {
  events: TrailEvent[];
  /** Resources with these ids exist. A sweeper confirms their kinds. */
  exists?: string[];
  tags?: Record<string, string>;
  inventory?: InventoryItem[];
  changes?: Partial<ProvenancePorts>;
  request?: Partial<PreflightRequest>;
}

export async function sweep({ events, exists = [], tags, inventory = [], changes = {}, request = {} }: World) {
  const asked: string[] = [];
  const ports: ProvenancePorts = {
    async sweeper(service): Promise<Sweeper> {
      const real = await loadSweeper(service);
      return {
        ...real,
        async confirm({ id }) {
          asked.push(`${service} ${id}`);
          return exists.includes(id)
            ? { status: 'PRESENT', reason: 'exists' }
            : { status: 'ABSENT', reason: 'no such thing' };
        },
      };
    },
    project: 'order-platform',
    owns: (name) => name.startsWith(PREFIX),
    inventory: async () => inventory,
    builds: async () => [BUILD],
    async *events({ by, value }) {
      const matches = ({ session, name, request: sent }: TrailEvent) =>
        by === 'Username'
          ? // An event without the caller matches too.
            (session ?? value) === value && !name.startsWith('AssumeRole')
          : by === 'EventName'
            ? name === value
            : JSON.stringify(sent).includes(value) && name.startsWith('AssumeRole');
      yield* events.filter(matches).reverse();
    },
    ...NO_NEIGHBOURS,
    ...(tags ? { tags: async () => tags } : {}),
    ...changes,
  };
  const result = await sweepProvenance({ request: aRequest({ machine: 'sweep', ...request }), pass: 1 }, ports);
  return { ...result, asked };
}

export const short = (findings: { service: string; type: string; id: string; status: string }[]) =>
  findings.map(({ service, type, id, status }) => `${status} ${service} ${type} ${id}`);
