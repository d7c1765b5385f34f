import { describe, expect, test } from 'vitest';
import type { Ledger } from '../../../../lambdas/contracts/board.ts';
import { MACHINES } from '../../../../lambdas/contracts/record.ts';
import { renderBoard } from '../../../../lambdas/report/board.ts';
import { type BoardData, costOfMonth } from '../../../../lambdas/report/board-data.ts';
import { renderRunPage } from '../../../../lambdas/report/run-page.ts';
import {
  AT,
  aBoard,
  begun,
  broken,
  busyBoard,
  failed,
  gone,
  kept,
  live,
  quiet,
  unreadBoard,
  wholeRun,
} from '../../../support/reports/boards.ts';

const plain = (page: string) =>
  page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');
const text = (data: BoardData) => plain(renderBoard(data));
const INJECTED = `<img src=x onerror="alert(1)">'"`;

describe('the board', () => {
  test('says what is there: status, checks, end, cost, commit, and what runs with its step', () => {
    const page = text(busyBoard);
    for (const part of [
      'dev LIVE Ends in 6 h 30 min',
      'Checks PASSED 10 min ago',
      'Cost so far $0.14, at $0.092 an hour',
      'Commit abcdef1',
      'demo LIVE Ends in 3 h 10 min',
      'pr-123 PROVISIONING',
      'Cost so far not known yet',
      'provision pr-123 Apply plan, 2 min for 4 min',
      'provision load: FAILED',
      'TerraformFailed: aws_db_instance.main',
      'spike-20260112T080000-0f0f0f',
      'ec2 nat-gateway nat-0b1f2e3d4c5b6a798 ($0.048 an hour)',
      '1 could not be confirmed.',
    ])
      expect(page).toContain(part);
  });

  const part = (verdict: 'PASSED' | 'FAILED' | 'UNKNOWN', at: number) => ({
    ...(live.lastValidation as NonNullable<typeof live.lastValidation>),
    ...{ verdict, at: new Date(at).toISOString(), checks: ['backend'], of: 7 },
  });
  test.each([
    ['FAILED', AT, 'failed'],
    ['UNKNOWN', AT, 'unknown'],
    ['PASSED', AT, 'passed'],
    ['FAILED', AT - 86_400_000, 'passed'],
  ] as const)('shows an environment with a check that has %s since its last whole validation', (verdict, at, mark) => {
    const record = { ...live, lastPartialValidation: part(verdict, at) };
    const page = renderBoard(aBoard([record], quiet));
    expect(page).toContain(`<article class="card ${mark}"`);
    expect(plain(page).includes(`validate dev: PARTIAL 1/7 ${verdict}`)).toBe(mark !== 'passed');
    const run = renderRunPage({ ...wholeRun, record });
    expect(run).toContain(`<div class="verdict ${mark}">`);
    expect(plain(run).includes(`Then PARTIAL 1/7 ${verdict}.`)).toBe(at === AT);
  });

  test('shows a verdict of before a provision that has not applied as outdated', () => {
    const record = { ...live, status: 'FAILED' as const, provisionBegan: live.owner ?? 'arn:p' };
    expect(text(aBoard([record], quiet))).toContain('PASSED 10 min ago, outdated');
  });

  test('shows a verdict of before the last apply as outdated, on its page too, and green nowhere', () => {
    const record = { ...live, applied: 4 };
    expect(text(aBoard([record], quiet))).toContain('PASSED 10 min ago, outdated');
    expect(renderBoard(aBoard([record], quiet))).toContain('<article class="card unknown"');
    const run = renderRunPage({ ...wholeRun, record });
    expect(plain(run)).toContain('PASSED, outdated by what has changed since.');
    expect(run).toContain('<div class="verdict unknown">');
  });

  test('has the cost that ends an environment, at each price for its time, as its page and its month have', () => {
    const spent = { usd: 4, at: new Date(AT - 3_600_000).toISOString().replace('.000', '') };
    const record = { ...live, usdPerHour: 0.5, spent };
    expect(text(aBoard([record], quiet))).toContain('Cost so far $4.50, at $0.500 an hour');
    expect(plain(renderRunPage({ ...wholeRun, record }))).toContain('$4.50, at $0.500 an hour');
    expect(
      costOfMonth({ version: 1, since: '2026-01-01T00:00:00Z', runs: [] }, { records: [record], malformed: [] }, AT)
        .usd,
    ).toBe(4.5);
  });

  test('is written again while it is open, without a script', () => {
    expect(renderBoard(busyBoard)).toContain('<meta http-equiv="refresh" content="60">');
    expect(renderBoard(busyBoard)).not.toContain('<script');
  });

  test('leads to the pages of runs, reports and certificates from the folder that it is in', () => {
    const links = [...renderBoard(busyBoard).matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    const keys = links
      .filter((href) => !href?.startsWith('http'))
      .map((href) => new URL(href ?? '', 's3://b/board/index.html').pathname);
    expect(keys).toContain(`/environments/dev/runs/${live.run}/index.html`);
    expect(keys).toContain(`/environments/demo/runs/${broken.run}/validations/v/report.html`);
    expect(keys).toContain('/environments/spike/runs/spike-20260112T080000-0f0f0f/certificate.html');
    expect(keys.filter((key) => !/^\/environments\/[\w-]+\/runs\/.+\.html$/.test(key))).toEqual([]);
  });

  test.each<[string, BoardData, string]>([
    ['what failed needs a person', busyBoard, 'ATTENTION Needs a person: demo, load.'],
    ['a failed validation needs one', aBoard([broken], quiet), 'ATTENTION'],
    ['so does one that is past its end', aBoard([{ ...live, expiresAt: '2026-01-31T13:29:00Z' }], quiet), 'ATTENTION'],
    ['so does what is left', aBoard([live], { ...quiet, ledger: { kind: 'read', value: kept } }), 'ATTENTION'],
    [
      'what was never validated is not known',
      aBoard([{ ...live, lastValidation: undefined }], quiet),
      'NOT ALL IS KNOWN',
    ],
    ['nothing was read', unreadBoard, 'NOT ALL IS KNOWN'],
    [
      'one record was not read',
      aBoard([live], { ...quiet, records: { kind: 'read', value: { records: [live], malformed: ['x'] } } }),
      'NOT ALL IS KNOWN',
    ],
    [
      'one machine was not read',
      aBoard([live], { ...quiet, underWay: [['deploy', { kind: 'unknown', why: 'denied' }]] }),
      'NOT ALL IS KNOWN',
    ],
    [
      'the list of sweeps was not read',
      aBoard([live], { ...quiet, ledger: { kind: 'unknown', why: 'denied' } }),
      'NOT ALL IS KNOWN',
    ],
    ['everything is well', aBoard([live, gone], quiet), 'IN ORDER No environment has failed'],
    ['nothing is there', aBoard([], quiet), 'IN ORDER Nothing is alive'],
  ])('says first what matters most: %s', (_, data, said) => {
    expect(text(data)).toContain(said);
  });

  test('never shows what was not read as none, as nothing or as $0', () => {
    const page = text(unreadBoard);
    expect(page.match(/Unknown : /g)?.length).toBe(4 + MACHINES.length);
    for (const part of ['There is none', 'No execution runs', 'has failed.', 'has left anything', '$0', 'Alive 0'])
      expect(page).not.toContain(part);
  });

  test('escapes whatever somebody else has written', () => {
    const record = {
      ...failed,
      lastFailure: { ...failed.lastFailure, cause: INJECTED },
      commit: INJECTED,
    } as typeof failed;
    const page = renderBoard(
      aBoard([record], {
        records: { kind: 'read', value: { records: [record], malformed: [INJECTED] } },
        underWay: [['provision', { kind: 'unknown', why: INJECTED }]],
        ledger: { kind: 'unknown', why: INJECTED },
      }),
    );
    expect(page).not.toContain('<img');
    expect(page.match(/&lt;img/g)?.length).toBeGreaterThanOrEqual(5);
  });
});

describe('the cost of the month', () => {
  const month = (runs: Ledger['runs'], records = [live], changes: Partial<Ledger> = {}) =>
    costOfMonth({ version: 1, since: '2025-01-01T00:00:00Z', runs, ...changes }, { records, malformed: [] }, AT);
  const [old] = kept.runs as [Ledger['runs'][number]];

  test('is what lives, since its creation, and what lived in the month', () => {
    // The environments cost 0.092 an hour for 1.5 h, and 0.1 an hour for 10 h.
    expect(month([old])).toEqual({ usd: expect.closeTo(0.138 + 1), missing: [] });
  });

  test('begins with the month', () => {
    const cost = { usdPerHour: 1, from: '2025-12-31T20:00:00Z', to: '2026-01-01T02:00:00Z' };
    expect(month([{ ...old, cost }], [])).toEqual({ usd: expect.closeTo(2), missing: [] });
    expect(month([], [{ ...live, createdAt: '2025-12-01T00:00:00Z', usdPerHour: 1 }]).usd).toBeCloseTo(30 * 24 + 13.5);
  });

  test('counts no run twice that is alive after a sweep', () => {
    expect(month([{ ...old, run: live.run }]).usd).toBeCloseTo(0.138);
  });

  test.each<[string, ReturnType<typeof month>, string]>([
    [
      'since when there is a list',
      month([], [], { since: '2026-01-10T00:00:00Z' }),
      'what was torn down before 2026-01-10',
    ],
    ['what nothing was applied for', month([], [begun]), 'pr-123, whose cost an hour is not known yet'],
    [
      'a certificate without cost',
      month([{ ...old, cost: undefined }], []),
      `${old.run}, whose certificate has no cost`,
    ],
    ['what no sweep has certified', month([], [gone]), `${gone.run}, which no sweep has certified`],
    [
      'a record that cannot be read',
      costOfMonth(kept, { records: [], malformed: ['x'] }, AT),
      'x, whose record could not be read',
    ],
  ])('says what is not in it: %s', (_, { missing }, said) => {
    expect(missing).toContain(said);
  });
});

describe('the page of a run', () => {
  const page = plain(renderRunPage(wholeRun));

  test('calls a validation of some checks partial, and gives it no green tick', () => {
    if (wholeRun.validations.kind !== 'read') throw new Error('no validations');
    const [[key, read] = []] = wholeRun.validations.value;
    if (key === undefined || read?.kind !== 'read') throw new Error('no validation');
    const checks = [{ check: 'backend', status: 'passed', expected: '', observed: 'versioned' }];
    const value = { ...read.value, checks, verdict: 'PASSED', summary: 'PARTIAL 1/7: 1 passed' };
    const page = (notAsked: string[]) => {
      const validations = { kind: 'read', value: [[key, { kind: 'read', value: { ...value, notAsked } }]] } as const;
      const [, section = ''] =
        /id="validations">(.*?)<\/section>/s.exec(renderRunPage({ ...wholeRun, validations })) ?? [];
      return section;
    };
    const partial = page(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(partial).toContain('>PARTIAL 1/7</a><span>1 passed</span>');
    expect(partial).not.toMatch(/PASSED|mark passed/);
    expect(page([])).toMatch(/mark passed.*>PASSED<\/a>/s);
  });

  test('has its failure, certificate, validations, plan, builds with the end of their logs, and messages', () => {
    for (const part of [
      'Last failure provision FAILED',
      'Certificate CLEAN',
      'FAILED 1 failed 50 min ago',
      'alb-health failed: GET /actuator/health: 503',
      'Destroy 1',
      'Add 2',
      '│ Error: creating RDS DB Instance: &lt;InvalidParameterCombination&gt;',
      'The log is not kept any more.',
      'provision of load failed',
      'npx runbook teardown load',
    ])
      expect(page).toContain(part);
  });

  test('links its reports beside itself', () => {
    expect(renderRunPage(wholeRun)).toContain('href="validations/v/report.html"');
  });

  test('says of each part that was not read that it is unknown', () => {
    const unknown = { kind: 'unknown', why: 'denied' } as const;
    const all = plain(
      renderRunPage({
        ...wholeRun,
        plan: unknown,
        builds: unknown,
        validations: unknown,
        certificate: unknown,
        messages: unknown,
      }),
    );
    expect(all.match(/Unknown : [^.]+ could not be read\. denied/g)?.length).toBe(5);
    expect(all).not.toMatch(/No plan|No build|No message|not validated yet/);
  });

  test('names in a message what happened, and not again where', () => {
    const subject = 'order-platform load 123456789012 eu-west-1: torn down: CLEAN';
    const said = { at: '2026-01-31T12:48:00Z', subject, text: 'x', execution: 'x' };
    const messages = { kind: 'read', value: [{ kind: 'read', value: said }] } as const;
    expect(renderRunPage({ ...wholeRun, messages })).toContain('<summary>torn down: CLEAN <span');
  });

  test('escapes what builds and messages say', () => {
    const log = { kind: 'read', value: [INJECTED] } as const;
    const builds = { kind: 'read', value: [{ id: 'b', what: INJECTED, status: 'FAILED', log }] } as const;
    const said = { at: '2026-01-31T12:48:00Z', subject: INJECTED, text: INJECTED, execution: 'x' };
    const messages = { kind: 'read', value: [{ kind: 'read', value: said }] } as const;
    expect(renderRunPage({ ...wholeRun, builds, messages })).not.toContain('<img');
  });

  test('is loaded again until the environment is gone', () => {
    expect(renderRunPage(wholeRun)).toContain('http-equiv="refresh"');
    expect(renderRunPage({ ...wholeRun, record: gone })).not.toContain('http-equiv="refresh"');
  });
});
