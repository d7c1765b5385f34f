/**
 * Evidence contains whatever a check stored, and its shape is not a contract. These functions read it and never throw:
 * an unexpected value counts as absent.
 */

export function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

export function recordsOf(value: unknown): Record<string, unknown>[] {
  return listOf(value).map(recordOf);
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Returns the value in a readable form, or `fallback` when it is absent. */
export function textOf(value: unknown, fallback = '–'): string {
  if (typeof value === 'string') return value || fallback;
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : fallback;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (value === null || value === undefined) return fallback;
  return jsonOf(value);
}

/** Returns JSON, which is indented only on request. */
export function jsonOf(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, null, indent) ?? String(value);
  } catch {
    return 'not readable';
  }
}

/** Returns the resource's own part of an ARN, which distinguishes two resources. */
export function shortArn(value: unknown): string {
  const text = textOf(value);
  return text.startsWith('arn:') ? text.slice(text.lastIndexOf('/') + 1) : text;
}

const ALGORITHM = 'sha256:';
const DIGITS = 12;

export function shortDigest(value: unknown): string {
  const text = textOf(value);
  return text.startsWith(ALGORITHM) ? text.slice(0, ALGORITHM.length + DIGITS) : text;
}

/** Returns the sum of visible, in flight and delayed messages, or undefined unless each is a number. */
export function backlogOf(counts: unknown): number | undefined {
  const { visible, inFlight, delayed } = recordOf(counts);
  const numbers = [visible, inFlight, delayed].map(numberOf);
  return numbers.reduce<number | undefined>(
    (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
    0,
  );
}
