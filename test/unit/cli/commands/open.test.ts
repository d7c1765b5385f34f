import { NotFound } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { anAccount, NOW, runCli } from '../support/cli.ts';

const HOUR = 3_600_000;
const report = 'environments/dev/runs/r/validations/v/report.json';
const lastValidation = { verdict: 'PASSED', at: '2026-01-31T13:00:00Z', execution: 'arn:x', report } as const;
const lastSweep = {
  verdict: 'CLEAN',
  at: '2026-01-31T13:00:00Z',
  execution: 'arn:x',
  certificate: 'environments/dev/runs/r/certificate.json',
} as const;

interface Around {
  record?: Partial<EnvironmentRecord>;
  credentials?: { expiration?: Date; sessionToken?: string };
  gone?: boolean;
}

async function open(args: readonly string[], { record = { lastValidation }, credentials = {}, gone }: Around = {}) {
  const account = anAccount({
    GetItem: () => ({ Item: marshall(aRecord(record), { removeUndefinedValues: true }) }),
    HeadObject: () => {
      if (gone) throw new NotFound({ message: 'NotFound', $metadata: {} });
      return {};
    },
  });
  account.s3.config.credentials = async () => ({ accessKeyId: 'AKIA', secretAccessKey: 's', ...credentials });
  return runCli(['open', 'dev', ...args], { account });
}

const lifeOf = (url: string) => Number(new URL(url.trim()).searchParams.get('X-Amz-Expires'));

describe('open report', () => {
  test('prints an address that opens for an hour, and says so beside it', async () => {
    const { out, err, code } = await open([]);
    expect(code).toBe(0);
    const url = new URL(out.trim());
    expect(url.host).toBe('runbook-control-123456789012-eu-west-1.s3.eu-west-1.amazonaws.com');
    expect(url.pathname).toBe('/environments/dev/runs/r/validations/v/report.html');
    expect(url.searchParams.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
    expect(lifeOf(out)).toBe(3_600);
    expect(err).toMatch(/^opens for whoever has the address, until .* \(in 1 h 0 min\)\n$/);
  });

  test('certificate leads to that of the last sweep', async () => {
    const { out } = await open(['certificate'], { record: { lastSweep } });
    expect(new URL(out.trim()).pathname).toBe('/environments/dev/runs/r/certificate.html');
  });

  test('--for gives another life, in JSON too', async () => {
    const { out } = await open(['--for', '3d', '--json']);
    const { url, until } = JSON.parse(out) as { url: string; until: string };
    expect(lifeOf(url)).toBe(3 * 24 * 3_600);
    expect(until).toBe(new Date(NOW + 72 * HOUR).toISOString());
  });

  test.each(['8d', '0h', 'soon'])('--for %s is refused', async (life) => {
    const { code, err, out } = await open(['--for', life]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('7d at most');
  });

  test('ends with the credentials that sign it, and says when', async () => {
    const expiration = new Date(NOW + HOUR / 2);
    const { out, err } = await open(['--for', '7d'], { credentials: { sessionToken: 't', expiration } });
    expect(lifeOf(out)).toBe(1_800);
    expect(err).toMatch(/\(in 30 min\)\n$/);
  });

  test('says that it may end sooner, where temporary credentials do not say when', async () => {
    const { err } = await open([], { credentials: { sessionToken: 't' } });
    expect(err).toContain('at the latest, and no longer than your credentials');
  });

  test('gives no address of what is not there', async () => {
    const { code, err, out } = await open([], { gone: true });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('does not exist any more');
  });
});
