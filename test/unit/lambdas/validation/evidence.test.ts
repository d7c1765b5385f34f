import { describe, expect, test } from 'vitest';
import { CHECKS, type CheckResult } from '../../../../lambdas/contracts/contracts.ts';
import { evidenceResult } from '../../../../lambdas/contracts/payloads/validation.ts';
import type { EnvironmentRecord } from '../../../../lambdas/contracts/record.ts';
import { writeEvidence } from '../../../../lambdas/validation/write-evidence.ts';
import { aRecord, aRequest, arnOf, fakeClock, RUN } from '../support/fixtures.ts';

const request = aRequest({ checks: ['backend', 'alb-health'] });
const base = `environments/dev/runs/${RUN}`;
const result = (check: CheckResult['check'], status: CheckResult['status']): CheckResult => ({
  check,
  status,
  expected: 'e',
  observed: 'o',
  evidence: { seen: 1 },
  startedAt: '2026-01-31T12:00:00.000Z',
  durationMs: 1,
});

const failure = (error: string) => ({
  ...{ machine: 'provision', status: 'FAILED', at: '2026-01-31T13:00:00Z', error },
  execution: arnOf('provision', 'earlier'),
});

/** @param current what the record is when the evidence is written */
function store(current: EnvironmentRecord | null = null) {
  const written: [string, unknown][] = [];
  const recorded: unknown[] = [];
  return {
    written,
    recorded,
    bucket: 'control',
    checks: CHECKS,
    clock: fakeClock(),
    emit: () => {},
    loadRecord: async () => current,
    writeJson: async (key: string, value: unknown) => {
      written.push([key, value]);
    },
    pages: new Map<string, string>(),
    async writePage(key: string, page: string) {
      this.pages.set(key, page);
      return true;
    },
    record: async (...args: unknown[]) => recorded.push([...args, written.length]) > 0,
  };
}

describe('evidence', () => {
  test('is one file a check, a report of them all, and only then on record', async () => {
    const s3 = store();
    const results = [result('backend', 'passed'), result('alb-health', 'failed')];
    const answer = await writeEvidence({ request, results }, { ...s3, recordValidation: s3.record });
    const prefix = `${base}/validations/mine`;
    expect(s3.written.map(([key]) => key).sort()).toEqual([
      `${prefix}/alb-health.json`,
      `${prefix}/backend.json`,
      `${prefix}/report.json`,
    ]);
    expect(evidenceResult.parse(answer)).toEqual({
      verdict: 'FAILED',
      failed: ['alb-health'],
      unknown: [],
      summary: 'PARTIAL 2/7: failed: alb-health (o); 1 passed',
      partial: 'PARTIAL 2/7',
      evidence: { bucket: 'control', prefix, report: `${prefix}/report.json`, html: `${prefix}/report.html` },
    });
    const page = s3.pages.get(`${prefix}/report.html`);
    expect(page).toContain('<title>dev: validation PARTIAL 2/7 FAILED</title>');
    expect(page).toContain('1 failed: <a href="#check-alb-health">ALB health</a>');
    expect(page).toContain('Not asked for: ECS services, Worker logs,');
    expect(s3.recorded).toEqual([
      [
        'dev',
        RUN,
        {
          lastPartialValidation: {
            verdict: 'FAILED',
            at: '2026-01-31T12:00:00Z',
            execution: request.execution.id,
            report: `${prefix}/report.json`,
            checks: ['backend', 'alb-health'],
            of: 7,
          },
        },
        undefined,
        3,
      ],
    ]);
  });

  test('is as good without its page, and does not link to it', async () => {
    const s3 = store();
    const ports = { ...s3, recordValidation: s3.record, writePage: async () => false };
    const { verdict, evidence } = await writeEvidence({ request, results: [] }, ports);
    expect([verdict, evidence.html]).toEqual(['UNKNOWN', undefined]);
    expect(s3.recorded).toHaveLength(1);
  });

  test('asks for all checks when none was chosen', async () => {
    const s3 = store();
    const { checks: _, ...whole } = request;
    const ports = { ...s3, recordValidation: s3.record };
    expect((await writeEvidence({ request: whole, results: [] }, ports)).unknown).toHaveLength(7);
  });

  const passed = (checks: readonly CheckResult['check'][]) => checks.map((check) => result(check, 'passed'));
  const validate = async (checks: readonly CheckResult['check'][] | undefined) => {
    const s3 = store();
    const { checks: _, ...rest } = request;
    const asked = checks ? { ...rest, checks: [...checks] } : rest;
    const answer = await writeEvidence(
      { request: asked, results: passed(checks ?? CHECKS) },
      { ...s3, recordValidation: s3.record },
    );
    return { answer, change: Object.keys((s3.recorded[0] as object[])[2] ?? {}), page: [...s3.pages.values()][0] };
  };

  test.each(CHECKS)('of %s alone never replaces the whole verdict, however well it went', async (check) => {
    const { answer, change, page } = await validate([check]);
    expect(change).toEqual(['lastPartialValidation']);
    expect(answer).toMatchObject({ verdict: 'PASSED', partial: 'PARTIAL 1/7', summary: 'PARTIAL 1/7: 1 passed' });
    expect(page).toContain('<strong>PARTIAL 1/7 PASSED</strong>');
    expect(page).not.toContain('class="verdict passed"');
  });

  test.each([
    ['none was chosen', undefined],
    ['each was chosen', CHECKS],
    ['each was chosen, in another order', CHECKS.toReversed()],
  ])('of all checks is a whole validation: %s', async (_name, checks) => {
    const { answer, change, page } = await validate(checks);
    expect(change).toEqual(['lastValidation']);
    expect(answer).toMatchObject({ verdict: 'PASSED', summary: '7 passed' });
    expect(answer.partial).toBeUndefined();
    expect(page).toContain('class="verdict passed"');
  });

  test.each<[string, Partial<EnvironmentRecord>, string]>([
    ['a provision has failed in its apply', { status: 'FAILED', provisionBegan: arnOf('provision', 'p') }, 'UNKNOWN'],
    ['a provision applies at present', { status: 'PROVISIONING', provisionBegan: arnOf('provision', 'p') }, 'UNKNOWN'],
    ['a deployment was refused since', { status: 'LIVE', provisionBegan: arnOf('provision', 'p') }, 'UNKNOWN'],
    ['a teardown has removed some', { status: 'FAILED', teardownBegan: arnOf('teardown', 't') }, 'UNKNOWN'],
    ['a provision has applied and waits for its checks', { status: 'PROVISIONING', applied: 3 }, 'PASSED'],
    ['only the checks of a provision have failed', { status: 'FAILED' }, 'PASSED'],
    ['a provision of an older version applies', { status: 'PROVISIONING' }, 'UNKNOWN'],
    [
      'a provision of an older version has failed',
      { status: 'FAILED', lastFailure: failure('States.TaskFailed') },
      'UNKNOWN',
    ],
    [
      'the checks of an older version have failed',
      { status: 'FAILED', lastFailure: failure('ValidationFailed') },
      'PASSED',
    ],
  ])('of an environment to which %s', async (_name, changes, verdict) => {
    const record = aRecord(changes);
    const s3 = store(record);
    const { checks: _, ...whole } = request;
    const asked = { ...whole, record };
    const answer = await writeEvidence(
      { request: asked, results: passed(CHECKS) },
      { ...s3, recordValidation: s3.record },
    );
    const [page] = s3.pages.values();
    expect(answer.verdict).toBe(verdict);
    const seen = {
      applied: record.applied,
      provisionBegan: record.provisionBegan,
      teardownBegan: record.teardownBegan,
    };
    expect(s3.recorded[0]).toMatchObject(['dev', RUN, { lastValidation: { verdict } }, seen, 8]);
    expect(answer.summary.includes('arn:')).toBe(verdict === 'UNKNOWN');
    expect(page?.includes('class="verdict passed"')).toBe(verdict === 'PASSED');
    expect(page?.includes('Nobody knows')).toBe(verdict === 'UNKNOWN');
  });

  test('of an environment that is half removed says what has failed, too', async () => {
    const record = aRecord({ status: 'FAILED', provisionBegan: arnOf('provision', 'p') });
    const s3 = store(record);
    const { checks: _, ...whole } = request;
    const asked = { ...whole, record };
    const results = [...passed(CHECKS.slice(1)), result(CHECKS[0], 'failed')];
    const answer = await writeEvidence({ request: asked, results }, { ...s3, recordValidation: s3.record });
    expect(answer).toMatchObject({ verdict: 'FAILED', summary: expect.stringMatching(/unknown: arn:.*; failed: /) });
  });

  /** The first record is what preflight has read, and the second is what is there when the checks have ended. */
  test.each<[string, Partial<EnvironmentRecord>, EnvironmentRecord | null, string]>([
    ['nobody', {}, aRecord({ applied: 3 }), 'PASSED'],
    ['a planned teardown', {}, aRecord({ applied: 3, fencing: 4, ownerMachine: 'teardown' }), 'PASSED'],
    [
      'a provision that applies',
      {},
      aRecord({ applied: 3, fencing: 4, provisionBegan: arnOf('provision', 'p') }),
      'UNKNOWN',
    ],
    ['a provision that has applied', {}, aRecord({ applied: 4, fencing: 4 }), 'UNKNOWN'],
    ['a deployment that has applied', {}, aRecord({ applied: 4, fencing: 4, ownerMachine: 'deploy' }), 'UNKNOWN'],
    ['the first provision of this version', { applied: undefined }, aRecord({ applied: 4 }), 'UNKNOWN'],
    ['a teardown', {}, aRecord({ applied: 3, teardownBegan: arnOf('teardown', 't') }), 'UNKNOWN'],
    ['a new life', {}, aRecord({ applied: 3, run: 'dev-20260201T000000-0f0f0f' }), 'UNKNOWN'],
    ['somebody who deleted the record', {}, null, 'UNKNOWN'],
  ])('of an environment that was changed while its checks ran by %s', async (_name, before, now, verdict) => {
    const s3 = store(now);
    const { checks: _, ...whole } = request;
    const asked = { ...whole, record: aRecord({ applied: 3, ...before }) };
    const answer = await writeEvidence(
      { request: asked, results: passed(CHECKS) },
      { ...s3, recordValidation: s3.record },
    );
    expect(answer.verdict).toBe(verdict);
    expect([...s3.pages.values()][0]?.includes('class="verdict passed"')).toBe(verdict === 'PASSED');
    expect(s3.recorded[0]).toMatchObject([
      'dev',
      RUN,
      { lastValidation: now?.applied ? { verdict, applied: now.applied } : { verdict } },
      now ? { applied: now.applied } : undefined,
      8,
    ]);
  });

  const atOf = async (results: CheckResult[], now: string) => {
    const s3 = { ...store(), clock: fakeClock(Date.parse(now)) };
    const { checks: _, ...whole } = request;
    await writeEvidence({ request: whole, results }, { ...s3, recordValidation: s3.record });
    const [, , change] = s3.recorded[0] as [string, string, { lastValidation: { verdict: string; at: string } }];
    return `${change.lastValidation.verdict} ${change.lastValidation.at}`;
  };
  const later = { startedAt: '2026-01-31T12:01:30.000Z', durationMs: 5_000 };

  test('is as old as the first look of what passed, and as the last look of anything else', async () => {
    const [first, ...others] = passed(CHECKS) as [CheckResult, ...CheckResult[]];
    const now = '2026-01-31T12:02:00Z';
    expect(await atOf([{ ...first, ...later }, ...others], now)).toBe('PASSED 2026-01-31T12:00:00Z');
    expect(await atOf([{ ...first, ...later, status: 'failed' }, ...others], now)).toBe('FAILED 2026-01-31T12:01:35Z');
    // Its clock is a year ahead: such a verdict must not hide every later one.
    const ahead = { startedAt: '2027-01-31T12:00:00.000Z' };
    expect(
      await atOf(
        passed(CHECKS).map((one) => ({ ...one, ...ahead })),
        now,
      ),
    ).toBe('PASSED 2026-01-31T12:02:00Z');
    expect(await atOf([{ ...first, ...ahead, status: 'failed' }, ...others], now)).toBe('FAILED 2026-01-31T12:02:00Z');
    expect(await atOf([], '2026-02-10T12:00:00Z')).toBe('UNKNOWN 2026-01-31T12:00:00Z');
  });

  test.each(['passed', 'failed', 'unknown'] as const)(
    'of what was %s ten days ago is no verdict of today, when its state alone is redriven',
    async (status) => {
      const s3 = { ...store(), clock: fakeClock(Date.parse('2026-02-10T12:00:00Z')) };
      const results = [result('backend', 'passed'), result('alb-health', status)];
      const redriven = writeEvidence({ request, results }, { ...s3, recordValidation: s3.record });
      await expect(redriven).rejects.toMatchObject({
        name: 'SafetyError',
        message: /2026-01-31T12:00:00.*new validation/,
      });
      expect({ recorded: s3.recorded, written: s3.written, pages: [...s3.pages] }).toEqual({
        recorded: [],
        written: [],
        pages: [],
      });
    },
  );

  test('that could not be kept gives no verdict', async () => {
    const s3 = store();
    const ports = { ...s3, recordValidation: s3.record, writeJson: () => Promise.reject(new Error('denied')) };
    await expect(writeEvidence({ request, results: [] }, ports)).rejects.toThrow('denied');
    expect(s3.recorded).toEqual([]);
  });
});
