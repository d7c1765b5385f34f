import * as z from 'zod';
import { certificate } from '../contracts/certificate.ts';
import { checkResult } from '../contracts/contracts.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import type { Evidence } from './execution.ts';

const report = z.object({
  checks: z.array(checkResult.pick({ check: true, status: true, expected: true, observed: true })),
});

/** Where a validation or a sweep says that it has put its report. */
const PLACE = /s3:\/\/[a-z0-9.-]+\/(environments\/[\w./-]+\/)(report|certificate)\.(?:json|html)/;

/**
 * What a validation or a sweep has found, by where an execution's end says that it is. Without what cannot be read: it
 * is for a message, which comes all the same.
 * @param read from the control bucket
 */
export async function readEvidence(text: string, read: (key: string) => Promise<StoredText>): Promise<Evidence> {
  const [place, folder, kind] = PLACE.exec(text) ?? [];
  if (!place || !folder || !kind) return {};
  const page = place.replace(/json$/, 'html');
  try {
    const stored = await read(`${folder}${kind}.json`);
    const value: unknown = stored.kind === 'found' ? JSON.parse(stored.text) : undefined;
    return kind === 'report'
      ? { page, checks: report.parse(value).checks }
      : { page, certificate: certificate.parse(value) };
  } catch {
    return { page };
  }
}
