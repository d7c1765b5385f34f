import { NormalizedSchema } from '@smithy/core/schema';
import { StateError } from '../errors.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';

/**
 * Step Functions writes every parameter and result field in PascalCase, where many APIs have camelCase. Keys of maps
 * are data and stay. The SDK's own schemas distinguish the two.
 */

type Schema = ReturnType<typeof NormalizedSchema.of>;

export function operationSchemas(command: unknown): { input: Schema; output: Schema } {
  const [, , , , input, output] = (command as { schema: [number, string, string, unknown, unknown, unknown] }).schema;
  return { input: NormalizedSchema.of(input as never), output: NormalizedSchema.of(output as never) };
}

export const pascal = (name: string) => name.charAt(0).toUpperCase() + name.slice(1);

/**
 * Returns a request in the API's own casing. Streams are JSON texts, as are objects and lists where the API wants a
 * string.
 * @throws StateError States.Runtime that names a field which the API does not have, or a value of the wrong type
 */
export function toApi(schema: Schema, value: Json, path = ''): unknown {
  if (value === null) return undefined;
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema()) return structToApi(schema, value, path);
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(path, 'an array', value);
    return value.map((item, index) => toApi(schema.getValueSchema(), item, `${path}[${index}]`));
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) throw wrongType(path, 'an object', value);
    return mapValues(value, (item, key) => toApi(schema.getValueSchema(), item, `${path}/${key}`));
  }
  if (schema.isTimestampSchema()) return new Date(typeof value === 'number' ? value * 1000 : String(value));
  if (schema.isBlobSchema()) {
    return Buffer.from(typeof value === 'string' && !schema.isStreaming() ? value : JSON.stringify(value));
  }
  if (!schema.isStringSchema() || typeof value === 'string') return value;
  if (typeof value !== 'object') throw wrongType(path, 'a string', value);
  return JSON.stringify(value);
}

function structToApi(schema: Schema, value: Json, path: string): Record<string, unknown> {
  if (!isObject(value)) throw wrongType(path, 'an object', value);
  const members = new Map([...schema.structIterator()].map(([name, member]) => [pascal(name), { name, member }]));
  const result: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const known = members.get(key);
    if (!known) {
      const fields = [...members.keys()].join(', ');
      throw new StateError('States.Runtime', `The field '${path}/${key}' is not supported; there are: ${fields}`);
    }
    result[known.name] = toApi(known.member, item, `${path}/${key}`);
  }
  return result;
}

function wrongType(path: string, expected: string, value: Json): StateError {
  return new StateError(
    'States.Runtime',
    `The value at '${path || '/'}' must be ${expected}, but is ${JSON.stringify(value)}`,
  );
}

/** The times in a result have one of these formats. */
export type TimeFormat = 'iso' | 'epoch-milliseconds';

export function fromApi(schema: Schema, value: unknown, times: TimeFormat = 'iso'): Json | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return times === 'iso' ? value.toISOString() : value.getTime();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (schema.isStructSchema()) {
    const result: JsonObject = {};
    for (const [name, member] of schema.structIterator()) {
      const item = fromApi(member, (value as Record<string, unknown>)[name], times);
      if (item !== undefined) result[pascal(name)] = item;
    }
    return result;
  }
  if (schema.isListSchema()) {
    return (value as unknown[]).map((item) => fromApi(schema.getValueSchema(), item, times) ?? null);
  }
  if (schema.isMapSchema()) {
    return mapValues(value as JsonObject, (item) => fromApi(schema.getValueSchema(), item, times) ?? null);
  }
  return JSON.parse(JSON.stringify(value)) as Json;
}

function mapValues<T>(object: JsonObject, change: (value: Json, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
