import { describe, expect, test } from 'vitest';
import { type CertifyPorts, certifySweep } from '../../../../lambdas/operations/certify-sweep.ts';
import type { Finding } from '../../../../lambdas/shared/contracts.ts';
import {
  SWEEP_FAMILIES,
  type SweepEntry,
  type VerdictEvent,
  verdictResult,
} from '../../../../lambdas/shared/request.ts';
import { aRequest, fakeClock, RUN, sdkError } from '../support/fixtures.ts';

const request = aRequest({ machine: 'sweep' });
const base = `environments/dev/runs/${RUN}`;
const at = '2026-01-31T12:00:00Z';
const left: Finding = { service: 'sqs', type: 'queue', id: 'q', status: 'PRESENT', source: 'name', reason: 'url' };

interface Stored {
  passes: VerdictEvent['passes'];
  files: Map<string, string>;
}

/** Two passes in which SQS has these findings and nothing else is anywhere. */
function swept(findings: Finding[] = []): Stored {
  const files = new Map<string, string>();
  const passes = [1, 2].map((pass) =>
    SWEEP_FAMILIES.map((services) => {
      const key = `${base}/sweeps/mine/pass-${pass}-${services[0]}.json`;
      const entries: SweepEntry[] = services.map((service) => ({
        service,
        pass,
        findings: service === 'sqs' ? findings : [],
      }));
      files.set(key, JSON.stringify(entries));
      return { services: [...services], pass, startedAt: at, endedAt: at, present: 0, unknown: 0, absent: 0, key };
    }),
  );
  return { passes, files };
}

async function certify({ passes, files }: Stored, changes: Partial<CertifyPorts> = {}) {
  const written: [string, Record<string, unknown>][] = [];
  const recorded: unknown[] = [];
  const result = await certifySweep(
    { request, passes },
    {
      bucket: 'control',
      read: async (key) => {
        const text = files.get(key);
        return text === undefined ? { kind: 'no-object' } : { kind: 'found', text };
      },
      writeJson: async (key, value) => void written.push([key, value as Record<string, unknown>]),
      recordSweep: async (...record) => Boolean(recorded.push(record)),
      clock: fakeClock(),
      ...changes,
    },
  );
  return { result: verdictResult.parse(result), written, recorded };
}

describe('a certificate', () => {
  test('of a sweep that found nothing', async () => {
    const { result, written, recorded } = await certify(swept());
    expect(result).toMatchObject({
      verdict: 'CLEAN',
      certificate: { bucket: 'control', key: `${base}/sweeps/mine/certificate.json` },
    });
    expect(written[0]?.[1]).toMatchObject({ verdict: 'CLEAN', leftovers: [], unknown: [] });
    expect(recorded).toEqual([['dev', RUN, expect.objectContaining({ verdict: 'CLEAN' })]]);
  });

  test('has everything, and the result only so much', async () => {
    const many = Array.from({ length: 80 }, (_, index) => ({ ...left, id: `q-${index}` }));
    const { result, written } = await certify(swept(many));
    expect(result.verdict).toBe('LEFTOVERS');
    expect(result.leftovers).toHaveLength(50);
    expect(written[0]?.[1].leftovers).toHaveLength(80);
  });
});

describe('what a call found', () => {
  const key = `${base}/sweeps/mine/pass-2-rds.json`;
  test.each<[string, (files: Map<string, string>) => void, RegExp]>([
    ['is not there', (files) => files.delete(key), /no-object/],
    ['is cut off', (files) => files.set(key, '[{"service":"rds"'), /SyntaxError/],
    ['is something else', (files) => files.set(key, '[{"service":"rds","pass":2}]'), /ZodError/],
    ['lacks a service', (files) => files.set(key, '[{"service":"rds","pass":2,"findings":[]}]'), /0 results in pass 2/],
  ])('that %s is unknown, not nothing', async (_name, spoil, reason) => {
    const stored = swept();
    spoil(stored.files);
    const { result } = await certify(stored);
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.unknown.map(({ service }) => service)).toEqual(expect.arrayContaining(['s3', 'kms']));
    expect(result.unknown.map((one) => one.reason).join()).toMatch(reason);
  });

  test('that failed is unknown for each of its services', async () => {
    const stored = swept();
    const services = [...(SWEEP_FAMILIES[2] ?? [])];
    stored.passes[1]?.splice(2, 1, { services, pass: 2, error: 'States.Timeout', cause: '' });
    const { result } = await certify(stored);
    expect(result.verdict).toBe('INCONCLUSIVE');
    expect(result.unknown.map(({ service }) => service).sort()).toEqual(services.sort());
  });

  test('that S3 does not give now may be asked for again', async () => {
    const read = () => Promise.reject(sdkError('SlowDown', 503));
    await expect(certify(swept(), { read })).rejects.toThrow('SlowDown');
  });
});
