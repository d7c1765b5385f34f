/** States exchange JSON values of this type. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** AWS allows this size between two states, as an execution's input, and as the result of a task: 256 KiB of UTF-8. */
export const DATA_LIMIT_BYTES = 262_144;

export function exceedsDataLimit(value: Json): boolean {
  const text = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes of UTF-8, so most values need no encoding to be judged.
  if (text.length * 3 <= DATA_LIMIT_BYTES) return false;
  return Buffer.byteLength(text) > DATA_LIMIT_BYTES;
}

/** Returns what is wrong with a text that is not JSON, in the words of Step Functions' parser where they are known. */
export function syntaxError(text: string, error: unknown): string {
  const { message } = error as Error;
  const [, name] = /^Expected (?:double-quoted )?property name .*at position (\d+)/.exec(message) ?? [];
  const found = name === undefined ? undefined : text[Number(name)];
  if (found !== undefined && found !== '}') {
    return `Unexpected character ('${found}' (code ${found.charCodeAt(0)})): was expecting double-quote to start field name`;
  }
  const [, word] = /^\s*([\p{L}_$][\p{L}\p{N}_$]*)/u.exec(text) ?? [];
  if (word === undefined || ['null', 'true', 'false'].includes(word)) return message;
  return `Unrecognized token '${word}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')`;
}
