import * as z from 'zod';

/** What makes a certificate one that nobody has changed. */

export const SIGNING_ALGORITHM = 'ECDSA_SHA_256';

export const signature = z.object({
  algorithm: z.literal(SIGNING_ALGORITHM),
  /** ARN of the KMS key. Whoever checks a signature takes the key from elsewhere. */
  key: z.string(),
  /** Base64 of the DER encoding, as KMS gives it. */
  value: z.string(),
});
export type Signature = z.infer<typeof signature>;

/** With the keys of each object in order, so that one content has one text. */
export function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, one]) => one !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => [key, inOrder(one)]));
}

/** What is signed: the content, and by what it is signed, as compact JSON with its keys in order. */
export function signedText(content: Record<string, unknown>, { algorithm, key }: Omit<Signature, 'value'>): string {
  return JSON.stringify(inOrder({ ...content, signature: { algorithm, key } }));
}

/** The only text that a signed file has. */
export function fileText(content: Record<string, unknown>): string {
  return `${JSON.stringify(inOrder(content), null, 2)}\n`;
}
