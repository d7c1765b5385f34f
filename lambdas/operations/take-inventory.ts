import { DependencyError } from '../shared/errors.ts';
import { type InventoryItem, type InventoryResult, inventoryFile, type PreflightRequest } from '../shared/request.ts';
import { parseState } from './terraform-state.ts';

export type StoredText = { kind: 'found'; text: string } | { kind: 'no-object' } | { kind: 'no-bucket' };

export interface InventoryPorts {
  readState(bucket: string, key: string): Promise<StoredText>;
  readInventory(key: string): Promise<StoredText>;
  writeInventory(key: string, items: InventoryItem[]): Promise<void>;
}

/**
 * Lists what the state says exists, before it is destroyed. A second teardown of the same run finds less in the
 * state; what the first one listed is kept, because the sweep has to look for that too.
 */
export async function takeInventory(request: PreflightRequest, ports: InventoryPorts): Promise<InventoryResult> {
  const { names, keys } = request;
  const stored = await ports.readState(names.stateBucket, names.stateKey);
  const state = stored.kind === 'found' ? parseState(stored.text) : undefined;
  const items = merge(await storedInventory(keys.inventory, ports.readInventory), state?.items ?? []);
  await ports.writeInventory(keys.inventory, items);
  return {
    backendExists: stored.kind !== 'no-bucket',
    resources: state?.resources ?? 0,
    ...(state ? { lineage: state.lineage } : {}),
    key: keys.inventory,
  };
}

/** The inventory of a run; empty when none was ever taken. */
export async function storedInventory(key: string, read: InventoryPorts['readInventory']): Promise<InventoryItem[]> {
  const stored = await read(key);
  if (stored.kind === 'no-bucket') throw new DependencyError('the control bucket does not exist');
  return stored.kind === 'found' ? parseInventory(stored.text) : [];
}

/** @throws {DependencyError} when the file is there and cannot be read */
function parseInventory(text: string): InventoryItem[] {
  try {
    return inventoryFile.parse(JSON.parse(text));
  } catch {
    throw new DependencyError('the inventory taken before the destroy is malformed');
  }
}

function merge(before: InventoryItem[], now: InventoryItem[]): InventoryItem[] {
  const identity = (item: InventoryItem) => `${item.type} ${item.arn ?? item.id}`;
  return [...new Map([...before, ...now].map((item) => [identity(item), item])).values()];
}
