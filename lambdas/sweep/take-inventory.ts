import {
  type InventoryEvent,
  type InventoryItem,
  type InventoryResult,
  inventoryFile,
} from '../contracts/payloads/inventory.ts';

import { parseState, type TerraformState } from '../plan/terraform-state.ts';
import { instantOf } from '../runtime/clock.ts';
import { DependencyError, SafetyError } from '../runtime/errors.ts';
import { requireTags } from './require-tags.ts';

export type StoredText = { kind: 'found'; text: string } | { kind: 'no-object' } | { kind: 'no-bucket' };

export interface InventoryPorts {
  project: string;
  /** Returns undefined when the bucket does not exist. */
  bucketTags(bucket: string, owner: string): Promise<Record<string, string> | undefined>;
  readState(bucket: string, key: string): Promise<StoredText>;
  /** Reads a file of the run from the control bucket. */
  readRun(key: string): Promise<StoredText>;
  writeInventory(key: string, items: InventoryItem[]): Promise<void>;
  now(): number;
}

type Request = InventoryEvent['request'];

/**
 * Makes sure that the record describes what will be destroyed, and lists what exists according to the state. A second
 * teardown of the same run finds less in the state. The list of the first one is kept, because the sweep has to search
 * for that too. So is the content of a state that a build could not write.
 * @throws {SafetyError} when the record, the tags of the bucket, and the state's lineage do not agree
 */
export async function takeInventory(request: Request, ports: InventoryPorts): Promise<InventoryResult> {
  const { names, keys } = request;
  const listedAt = instantOf(ports.now());
  const listed = (items: readonly InventoryItem[]) => items.map((item) => ({ ...item, listedAt }));
  const stored = await ports.readState(names.stateBucket, names.stateKey);
  const state = stored.kind === 'found' ? parseState(stored.text) : undefined;
  await requireAgreement(request, state, ports);
  const errored = await ports.readRun(keys.erroredState);
  if (stored.kind === 'no-object' && errored.kind !== 'found') await requireNeverMade(request, ports);
  const items = merge(
    await storedInventory(keys.inventory, ports.readRun),
    errored.kind === 'found' ? listed(parseState(errored.text).items) : [],
    listed(state?.items ?? []),
  );
  await ports.writeInventory(keys.inventory, items);
  return {
    backendExists: stored.kind !== 'no-bucket',
    stateExists: state !== undefined || errored.kind === 'found',
    resources: state?.resources ?? 0,
    ...(state ? { lineage: state.lineage } : {}),
    key: keys.inventory,
  };
}

/** Returns the inventory of a run. It is empty when none was ever taken. */
export async function storedInventory(key: string, read: InventoryPorts['readRun']): Promise<InventoryItem[]> {
  const stored = await read(key);
  if (stored.kind === 'no-bucket') throw new DependencyError('the control bucket does not exist');
  return stored.kind === 'found' ? parseInventory(stored.text) : [];
}

/** @throws {DependencyError} when the file exists and cannot be read */
function parseInventory(text: string): InventoryItem[] {
  try {
    return inventoryFile.parse(JSON.parse(text));
  } catch {
    throw new DependencyError('the inventory taken before the destroy is malformed');
  }
}

function merge(...lists: InventoryItem[][]): InventoryItem[] {
  const identity = (item: InventoryItem) => `${item.type} ${item.arn ?? item.id}`;
  return [...new Map(lists.flat().map((item) => [identity(item), item])).values()];
}

/**
 * Returns the lineage that the state must have. The run's last plan has the lineage of its state, or an empty text if
 * there is no state now. Before a plan, the record has it.
 */
async function knownLineage({ record, keys }: Request, ports: InventoryPorts): Promise<string | undefined> {
  const planned = await ports.readRun(keys.lineage);
  return planned.kind === 'found' ? planned.text.trim() : record?.lineage;
}

/**
 * Without a state, a teardown uses only tags and names, and deletes the versions of the state with its bucket. That is
 * right for what was never applied, and for a state whose destroy has begun, which the build notes. A teardown that was
 * planned, refused or begun proves neither.
 */
async function requireNeverMade(request: Request, ports: InventoryPorts): Promise<void> {
  const { environment, names, keys, record } = request;
  if (!record || record.status === 'GONE') return;
  const lineage = await knownLineage(request, ports);
  if (!lineage) return;
  const destroyed = await ports.readRun(keys.destroyed);
  if (destroyed.kind === 'found' && destroyed.text.trim() === lineage) return;
  throw new SafetyError(
    `the state of ${environment}, of lineage ${lineage}, is not in ${names.stateBucket}, and nothing says that it was destroyed: nothing is. Its versions are in the bucket: aws s3api list-object-versions --bucket ${names.stateBucket} --prefix ${names.stateKey}; put it back, and start again. Where there is none, an empty object ${keys.lineage} in the control bucket lets a teardown go by tags and names alone`,
  );
}

async function requireAgreement(
  request: Request,
  state: TerraformState | undefined,
  ports: InventoryPorts,
): Promise<void> {
  const { environment, accountId, names, record } = request;
  const lives = record && record.status !== 'GONE' ? record : undefined;
  if (lives && (lives.stateBucket !== names.stateBucket || lives.lockTable !== names.lockTable)) {
    throw new SafetyError(
      `the record of ${environment} names the backend ${lives.stateBucket} and ${lives.lockTable}, not ${names.stateBucket} and ${names.lockTable}: nothing is destroyed`,
    );
  }
  const lineage = state && lives ? await knownLineage(request, ports) : undefined;
  if (state && lineage && lineage !== state.lineage) {
    throw new SafetyError(
      `the state in ${names.stateBucket} has lineage ${state.lineage}, that of ${environment} on record is ${lineage}: nothing is destroyed`,
    );
  }
  const applied = lives?.lineage === state?.lineage ? lives?.serial : undefined;
  if (state?.serial !== undefined && applied !== undefined && state.serial < applied) {
    throw new SafetyError(
      `the state in ${names.stateBucket} has serial ${state.serial}, and ${applied} was applied to ${environment}: somebody has put an older version back, which does not tell all that exists. Nothing is destroyed. The right one is among the versions in the bucket; where it is lost, provision ${environment} again first`,
    );
  }
  const own = { environment, project: ports.project };
  const bucket = await ports.bucketTags(names.stateBucket, accountId);
  // A bootstrap that was killed may have left a bucket without tags, but never one with a state in it.
  if (bucket && (state || Object.keys(bucket).length > 0)) requireTags(`bucket ${names.stateBucket}`, bucket, own);
}
