import { describe, expect, test, vi } from 'vitest';
import { readEvidence } from '../../../../lambdas/notifications/read-evidence.ts';
import type { StoredText } from '../../../../lambdas/sweep/take-inventory.ts';
import { leftCertificate } from '../../../support/reports/certificates.ts';

const FOLDER = 'environments/dev/runs/dev-20260131T120000-abc123';
const found = (value: unknown): StoredText => ({ kind: 'found', text: JSON.stringify(value) });
const check = { check: 'alb-health', status: 'failed', expected: '200', observed: '503' };

async function read(text: string, stored: StoredText = { kind: 'no-object' }) {
  const port = vi.fn(async (_key: string) => stored);
  return { evidence: await readEvidence(text, port), asked: port.mock.calls[0]?.[0] };
}

describe('evidence is found', () => {
  test('of a validation, in the cause of whoever waited for it', async () => {
    const cause = JSON.stringify({
      Cause: `failed: x; report: s3://control/${FOLDER}/validations/v/report.html; evidence: …`,
    });
    const { evidence, asked } = await read(cause, found({ checks: [{ ...check, evidence: {}, durationMs: 1 }] }));
    expect(asked).toBe(`${FOLDER}/validations/v/report.json`);
    expect(evidence).toEqual({ page: `s3://control/${FOLDER}/validations/v/report.html`, checks: [check] });
  });

  test('of a sweep, in the output of its teardown', async () => {
    const output = JSON.stringify({ certificate: `s3://control/${FOLDER}/certificate.json` });
    const { evidence, asked } = await read(output, found(leftCertificate));
    expect(asked).toBe(`${FOLDER}/certificate.json`);
    expect(evidence.page).toBe(`s3://control/${FOLDER}/certificate.html`);
    expect(evidence.certificate?.sweeps.length).toBeGreaterThan(0);
  });
});

describe('a message comes all the same', () => {
  const text = `s3://control/${FOLDER}/certificate.html`;

  test.each<[string, StoredText]>([
    ['is not there', { kind: 'no-object' }],
    ['is no JSON', { kind: 'found', text: '<' }],
    ['is something else', found({ checks: [] })],
  ])('when it %s', async (_, stored) => {
    expect((await read(text, stored)).evidence).toEqual({ page: text });
  });

  test('when it may not be read', async () => {
    const evidence = await readEvidence(text, () => Promise.reject(new Error('AccessDenied')));
    expect(evidence).toEqual({ page: text });
  });

  test('and nothing is read that no end names, or that lies elsewhere', async () => {
    for (const end of ['', 'no report here', 's3://control/bundles/report.json']) {
      expect(await read(end)).toEqual({ evidence: {}, asked: undefined });
    }
  });
});
