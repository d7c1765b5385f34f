import * as z from 'zod';
import { certificate } from '../contracts/certificate.ts';
import { checkResult } from '../contracts/contracts.ts';
import type { StoredText } from '../sweep/take-inventory.ts';
import type { Evidence } from './execution.ts';

const report = z.object({
  checks: z.array(checkResult.pick({ check: true, status: true, expected: true, observed: true })),
});

/** A validation or a sweep names the place of its report in this form. */
const PLACE = /s3:\/\/[a-z0-9.-]+\/(environments\/[\w./-]+\/)(report|certificate)\.(?:json|html)/;

/**
 * Returns the findings of a validation or a sweep. The text of an execution's end contains their place. The function
 * leaves out what cannot be read, because the message is sent in any case.
 * @param read reads an object of the control bucket
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
