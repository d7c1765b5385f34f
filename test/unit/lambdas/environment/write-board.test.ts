import { describe, expect, test, vi } from 'vitest';
import { BOARD_PAGE, LEDGER, type Ledger, runPageKey } from '../../../../lambdas/contracts/board.ts';
import type { Certificate } from '../../../../lambdas/contracts/certificate.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { type BoardPorts, environmentOf, writeBoard } from '../../../../lambdas/environment/write-board.ts';
import { AT, gone, kept, live } from '../../../support/reports/boards.ts';
import { cleanCertificate, leftCertificate } from '../../../support/reports/certificates.ts';
import { ACCOUNT, aRecord } from '../support/fixtures.ts';

const CERTIFICATE = gone.lastSweep?.certificate ?? '';
const certificate = (from: Certificate, record: EnvironmentRecord): Certificate => ({
  ...from,
  ...{ environment: record.environment, run: record.run, at: record.lastSweep?.at ?? from.at },
});

/** Returns a bucket whose objects have versions, and the records beside it. */
function world(records: EnvironmentRecord[], objects: Record<string, unknown> = {}) {
  const bucket = new Map(
    Object.entries(objects).map(([key, value]) => [
      key,
      { text: typeof value === 'string' ? value : JSON.stringify(value), version: 1 },
    ]),
  );
  const put = async (key: string, text: string, etag: string | undefined) => {
    const now = bucket.get(key);
    if (etag !== (now && String(now.version))) return false;
    bucket.set(key, { text, version: (now?.version ?? 0) + 1 });
    return true;
  };
  const ports = {
    accountId: async () => ACCOUNT,
    region: 'eu-west-1',
    listRecords: vi.fn(async () => ({ records: structuredClone(records), malformed: [] as string[] })),
    loadRecord: vi.fn(async (name: string) =>
      structuredClone(records.find(({ environment }) => environment === name) ?? null),
    ),
    underWay: vi.fn<BoardPorts['underWay']>(async () => []),
    readText: vi.fn<BoardPorts['readText']>(async (key) => {
      const found = bucket.get(key);
      return found ? { kind: 'found', text: found.text } : { kind: 'no-object' };
    }),
    readVersion: vi.fn<BoardPorts['readVersion']>(async (key) => {
      const found = bucket.get(key);
      return { text: found?.text, etag: found && String(found.version) };
    }),
    replacePage: vi.fn<BoardPorts['replacePage']>(put),
    replaceJson: vi.fn<BoardPorts['replaceJson']>((key, value, etag) => put(key, JSON.stringify(value), etag)),
    listKeys: vi.fn<BoardPorts['listKeys']>(async (folder) =>
      [...bucket.keys()].filter((key) => key.startsWith(folder)),
    ),
    buildsOf: vi.fn<BoardPorts['buildsOf']>(async () => []),
    now: () => AT,
  };
  const textOf = (key: string) => bucket.get(key)?.text ?? '';
  return { ports, bucket, textOf, ledger: () => JSON.parse(textOf(LEDGER)) as Ledger, board: () => textOf(BOARD_PAGE) };
}

const inOrder = { ...aRecord(), ...live };

describe('what is written', () => {
  test('is the board, and the page of the run that an event is about', async () => {
    const { ports, bucket } = world([inOrder, { ...gone, lastSweep: undefined }]);
    await writeBoard('dev', ports);
    expect([...bucket.keys()]).toEqual([LEDGER, BOARD_PAGE, runPageKey('dev', live.run)]);
  });

  test('every hour is the page of each run that may have changed', async () => {
    const old = { ...gone, environment: 'older', claimedAt: '2026-01-20T12:00:00Z', lastSweep: undefined };
    const { ports, bucket } = world([inOrder, { ...gone, lastSweep: undefined }, old]);
    await writeBoard(undefined, ports);
    const pages = [...bucket.keys()].filter((key) => key.endsWith('index.html') && key !== BOARD_PAGE);
    expect(pages).toEqual([runPageKey('dev', live.run), runPageKey('old', gone.run)]);
  });

  test('is never older than what another writer has read', async () => {
    const { ports, board } = world([inOrder]);
    let raced = false;
    ports.listRecords.mockImplementation(async () => {
      const seen = raced ? [{ ...inOrder, environment: 'newer' }] : [inOrder];
      if (!raced) {
        raced = true;
        await writeBoard(undefined, ports);
      }
      return { records: seen, malformed: [] };
    });
    await writeBoard('dev', ports);
    expect(board()).toContain('newer');
  });

  test('ends with an error when others write again and again', async () => {
    const { ports } = world([inOrder]);
    ports.replacePage.mockResolvedValue(false);
    await expect(writeBoard('dev', ports)).rejects.toThrow('again and again');
  });

  test.each(['listRecords', 'underWay', 'readText', 'replaceJson'] as const)(
    'is a board that says so when %s fails',
    async (name) => {
      const { ports, board } = world([gone], { [CERTIFICATE]: certificate(cleanCertificate, gone) });
      ports[name].mockRejectedValue(new Error('AccessDenied: not allowed'));
      await writeBoard(undefined, ports).catch(() => {});
      expect(board()).toContain('AccessDenied: not allowed');
      expect(board()).toContain('NOT ALL IS KNOWN');
      expect(board()).not.toContain('IN ORDER');
    },
  );

  test.each(['listKeys', 'buildsOf'] as const)('is the page of a run that says so when %s fails', async (name) => {
    const { ports, textOf } = world([inOrder]);
    ports[name].mockRejectedValue(new Error('AccessDenied: not allowed'));
    await writeBoard('dev', ports);
    expect(textOf(runPageKey('dev', live.run))).toContain('AccessDenied: not allowed');
  });
});

describe('the list of runs', () => {
  const withCertificate = (from: Certificate) => world([gone], { [CERTIFICATE]: certificate(from, gone) });

  test('has what a sweep left, and what the run cost', async () => {
    const { ports, ledger } = withCertificate(leftCertificate);
    await writeBoard(undefined, ports);
    const [run] = ledger().runs;
    expect(run).toMatchObject({ run: gone.run, verdict: 'LEFTOVERS', certificate: CERTIFICATE });
    expect(run?.leftovers.map(({ id }) => id)).toContain('nat-0b1f2e3d4c5b6a798');
    expect(run?.cost?.usdPerHour).toBe(leftCertificate.cost?.usdPerHour);
  });

  test('reads a run that was not clean again, until a later sweep says that it is', async () => {
    const { ports, ledger, bucket, board } = withCertificate(leftCertificate);
    await writeBoard(undefined, ports);
    expect(board()).toContain('Something is left of');
    bucket.set(CERTIFICATE, { text: JSON.stringify(certificate(cleanCertificate, gone)), version: 9 });
    await writeBoard(undefined, ports);
    expect(ledger().runs).toMatchObject([{ run: gone.run, verdict: 'CLEAN', leftovers: [] }]);
  });

  test('remembers what was left of an environment that lives again', async () => {
    const { ports, ledger, board } = world([{ ...live, environment: 'spike' }], {
      [LEDGER]: kept,
      [kept.runs[1]?.certificate ?? '']: { ...leftCertificate, ...{ environment: 'spike', run: kept.runs[1]?.run } },
    });
    await writeBoard(undefined, ports);
    expect(ledger().runs.map(({ run }) => run)).toContain('spike-20260112T080000-0f0f0f');
    expect(board()).toContain('Something is left of spike-20260112T080000-0f0f0f');
  });

  test('keeps what it knew of a run whose certificate cannot be read, and calls nothing clean', async () => {
    const { ports, ledger } = world([gone], { [LEDGER]: { ...kept, runs: kept.runs.slice(1) } });
    await writeBoard(undefined, ports);
    expect(ledger().runs).toMatchObject([
      {
        environment: 'spike',
        verdict: 'LEFTOVERS',
        leftovers: [{ id: 'nat-0b1f2e3d4c5b6a798' }],
        unread: expect.stringContaining('is not there'),
      },
      { environment: 'old', verdict: 'INCONCLUSIVE', unread: expect.stringContaining('is not there') },
    ]);
  });

  test('is not begun anew when it cannot be read', async () => {
    const { ports, textOf, board } = world([], { [LEDGER]: '{"version":1' });
    await writeBoard(undefined, ports);
    expect(textOf(LEDGER)).toBe('{"version":1');
    expect(board()).toContain('What teardowns have left could not be read');
  });

  test('forgets clean runs when no month needs them, and no others', async () => {
    const at = '2025-10-01T00:00:00Z';
    const runs = kept.runs.map((run) => ({ ...run, at }));
    const { ports, ledger } = world([], { [LEDGER]: { ...kept, runs } });
    await writeBoard(undefined, ports);
    expect(ledger().runs.map(({ environment }) => environment)).toEqual(['spike']);
  });

  test('is not written when nothing has changed', async () => {
    const { ports } = world([], { [LEDGER]: { ...kept, runs: kept.runs.slice(0, 1) } });
    await writeBoard(undefined, ports);
    expect(ports.replaceJson).not.toHaveBeenCalled();
  });
});

describe('an event', () => {
  const build = (variables: unknown[]) => ({
    source: 'aws.codebuild',
    detail: { 'additional-information': { environment: { 'environment-variables': variables } } },
  });
  test.each<[string, unknown, string | undefined]>([
    ['of a function', { environment: 'dev' }, 'dev'],
    [
      'of CodeBuild',
      build([
        { name: 'RUN', value: 'r' },
        { name: 'ENVIRONMENT', value: 'dev', type: 'PLAINTEXT' },
      ]),
      'dev',
    ],
    ['of a build without the variable', build([]), undefined],
    ['with values of another shape', build([null, { name: 'ENVIRONMENT', value: 7 }]), undefined],
    ['of the scheduler', {}, undefined],
    ['of nobody', null, undefined],
  ])('%s names its environment, or none', (_, event, environment) => {
    expect(environmentOf(event)).toBe(environment);
  });
});
