import * as z from 'zod';

/** A certificate's signature proves that nobody has changed it. */

export const SIGNING_ALGORITHM = 'ECDSA_SHA_256';

export const signature = z.object({
  algorithm: z.literal(SIGNING_ALGORITHM),
  /** The value is the ARN of the KMS key. A reader that verifies a signature gets the key from elsewhere. */
  key: z.string(),
  /** The value is the base64 of the DER encoding that KMS returns. */
  value: z.string(),
});
export type Signature = z.infer<typeof signature>;

/** Sorts the keys of each object, so that one content has one text. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, inOrder(one)]));
}

/** Returns the text that is signed: the content, and the algorithm and key, as compact JSON with sorted keys. */
export function signedText(content: Record<string, unknown>, { algorithm, key }: Omit<Signature, 'value'>): string {
  return JSON.stringify(inOrder({ ...content, signature: { algorithm, key } }));
}

/** Returns the only text that a signed file has. */
export function fileText(content: Record<string, unknown>): string {
  return `${JSON.stringify(inOrder(content), null, 2)}\n`;
}
