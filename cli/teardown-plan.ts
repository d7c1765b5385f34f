import * as z from 'zod';
import { counted } from '../lambdas/contracts/counted.ts';
import { endOf, isProtected } from '../lambdas/contracts/lease.ts';
import { type InventoryItem, inventoryFile } from '../lambdas/contracts/payloads/inventory.ts';
import { removeUnmanagedResult } from '../lambdas/contracts/payloads/removal.ts';
import type { EnvironmentRecord } from '../lambdas/contracts/record.ts';
import { costLines } from '../lambdas/plan/prices.ts';
import { visible } from './format.ts';
import { parse } from './json.ts';
import { table } from './table.ts';
import { localAndRelative } from './times.ts';

/** A teardown in mode "plan" ends with this output. */
const planned = z.object({
  environment: z.string(),
  resources: z.number(),
  destroy: z.number(),
  unmanaged: removeUnmanagedResult.shape.unmanaged,
  kept: removeUnmanagedResult.shape.kept,
  /** The value is `s3://<control bucket>/<key>`. */
  inventory: z.string(),
});
type Planned = z.infer<typeof planned>;

export interface TeardownPlan {
  /** Terraform would destroy this number of resources. */
  destroy: number;
  /** These resources are in Terraform's state. A resource without a list price has 0. */
  resources: { address: string; id: string; usdPerHour: number }[];
  usdPerHour: number;
  /** These resources are not in Terraform's state, and a teardown would remove them. */
  unmanaged: Planned['unmanaged'];
  /** These resources also exist, and nothing proves that they may be removed. */
  kept: Planned['kept'];
  /** These reasons would stop a teardown. */
  blockers: string[];
}

/** Returns undefined for an output of anything else than a plan. */
export function plannedIn(output: string | undefined): Planned | undefined {
  return planned.safeParse(parse(output)).data;
}

/** Returns undefined for a file that is not an inventory. */
export function inventoryIn(text: string | undefined): InventoryItem[] | undefined {
  return inventoryFile.safeParse(parse(text)).data;
}

export interface Obstacles {
  record: EnvironmentRecord | undefined;
  /** This describes the holder of the lock on Terraform's state. */
  lock: string | undefined;
  now: number;
  timeZone?: string;
}

export function teardownPlan(
  { destroy, unmanaged, kept }: Planned,
  inventory: readonly InventoryItem[],
  { record, lock, now, timeZone }: Obstacles,
): TeardownPlan {
  const definitions = inventory.filter(({ type }) => type === 'aws_ecs_task_definition');
  const resources = inventory
    .map((item) => ({ address: `${item.type}.${item.name}`, id: item.id, usdPerHour: priceOf(item, definitions) }))
    .sort((a, b) => b.usdPerHour - a.usdPerHour || a.address.localeCompare(b.address));
  const until = record && isProtected(record, now) ? record.protection : undefined;
  return {
    destroy,
    resources,
    usdPerHour: resources.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0),
    unmanaged,
    kept,
    blockers: [
      ...(record && until
        ? [
            `protected until ${localAndRelative(endOf(record), now, timeZone)}, because "${until.reason}": npx runbook protect ${record.environment} --lift --reason '…'`,
          ]
        : []),
      ...(lock ? [`Terraform's state is ${lock}`] : []),
    ],
  };
}

/** Returns the price of a resource. A service's price depends on its task definition. */
function priceOf(item: InventoryItem, definitions: readonly InventoryItem[]): number {
  const lines = costLines(item.type === 'aws_ecs_service' ? [item, ...definitions] : [item]);
  return lines.reduce((sum, { usdPerHour }) => sum + usdPerHour, 0);
}

export function describeTeardownPlan({
  destroy,
  resources,
  usdPerHour,
  unmanaged,
  kept,
  blockers,
}: TeardownPlan): string[] {
  const dollars = (usd: number) => (usd > 0 ? `$${usd.toFixed(4)}/h` : '');
  return [
    ...(resources.length === 0
      ? [`Terraform would destroy ${counted(destroy, 'resource')}. Its state names none.`]
      : [
          `Terraform would destroy ${counted(destroy, 'resource')}. Its state names ${resources.length} in an account, about $${usdPerHour.toFixed(4)} an hour by list prices:`,
          ...table(resources.map((one) => [`- ${one.address}`, dollars(one.usdPerHour), one.id])),
        ]),
    ...list(
      'A teardown would also remove, since they carry its tags and Terraform does not know them:',
      unmanaged,
      named,
    ),
    ...list('These exist too, and would stay:', kept, (one) => `${named(one)}: ${one.reason}`),
    ...(blockers.length > 0 ? list('In its way:', blockers, (one) => one) : ['Nothing is known to be in its way.']),
  ];
}

const named = ({ service, type, id, arn }: Planned['unmanaged'][number]): string => `${service} ${type} ${arn ?? id}`;

function list<T>(title: string, all: readonly T[], line: (one: T) => string): string[] {
  return all.length === 0 ? [] : [title, ...all.map((one) => `- ${visible(line(one))}`)];
}
