import type { MapState } from '../definition/types.ts';
import { TemplateError } from '../expressions/template.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { StateVisit } from './state-visit.ts';

/** Returns what a Map iterates over: the items, and the input that each iteration gets. */
export async function mapItems(visit: StateVisit<MapState>): Promise<{ items: Json[]; inputs: Json[] }> {
  const items = await readItems(visit);
  const { ItemSelector, ItemBatcher } = visit.state;
  const inputs: Json[] = [];
  for (const [Index, Value] of items.entries()) {
    const context = { Map: { Item: { Index, Value } } };
    inputs.push(ItemSelector === undefined ? Value : await visit.evaluate('ItemSelector', ItemSelector, {}, context));
  }
  if (!ItemBatcher) return { items, inputs };
  const batches = await batch(visit, inputs);
  return { items: batches, inputs: batches };
}

async function readItems(visit: StateVisit<MapState>): Promise<Json[]> {
  const { Items, ItemReader } = visit.state;
  if (ItemReader) {
    const args = await visit.evaluate('ItemReader/Arguments', ItemReader.Arguments ?? {});
    const config = await visit.evaluate('ItemReader/ReaderConfig', ItemReader.ReaderConfig ?? {});
    const reader = { resource: ItemReader.Resource, arguments: args, config: config as JsonObject };
    return visit.run.readItems(reader, visit.signal);
  }
  if (Items !== undefined) return (await visit.evaluateAs('Items', Items, 'array')) as Json[];
  if (Array.isArray(visit.input)) return visit.input;
  const message = `Map state input must be an array but was: ${JSON.stringify(visit.input)}`;
  throw visit.evaluationFailed(new TemplateError(undefined, message));
}

async function batch(visit: StateVisit<MapState>, inputs: Json[]): Promise<Json[]> {
  const { MaxItemsPerBatch, MaxInputBytesPerBatch, BatchInput } = visit.state.ItemBatcher ?? {};
  const most =
    (await visit.evaluateNumber('ItemBatcher/MaxItemsPerBatch', MaxItemsPerBatch)) || Number.POSITIVE_INFINITY;
  const bytes =
    (await visit.evaluateNumber('ItemBatcher/MaxInputBytesPerBatch', MaxInputBytesPerBatch)) ||
    Number.POSITIVE_INFINITY;
  const shared = BatchInput === undefined ? undefined : await visit.evaluate('ItemBatcher/BatchInput', BatchInput);
  const wrap = (Items: Json[]): Json => (isObject(shared) ? { BatchInput: shared, Items } : { Items });
  const batches: Json[][] = [];
  for (const input of inputs) {
    const last = batches.at(-1);
    const fits = last && last.length < most && Buffer.byteLength(JSON.stringify(wrap([...last, input]))) <= bytes;
    if (fits) last.push(input);
    else batches.push([input]);
  }
  return batches.map(wrap);
}
