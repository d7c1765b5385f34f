/** A JSON value, as it flows from state to state. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What AWS allows between two states, as an execution's input, and as the result of a task: 256 KiB of UTF-8. */
export const DATA_LIMIT_BYTES = 262_144;

export function exceedsDataLimit(value: Json): boolean {
  const text = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes of UTF-8, so most values need no encoding to be judged.
  if (text.length * 3 <= DATA_LIMIT_BYTES) return false;
  return Buffer.byteLength(text) > DATA_LIMIT_BYTES;
}
