import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PROVENANCE, SWEEP_FAMILIES, SWEEP_SERVICES } from '../../../lambdas/contracts/sweep-request.ts';
import { liveRecord, swept, verdictOf } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
const record = { ...liveRecord('dev'), status: 'GONE' as const };
beforeEach(() => {
  runbook.reset();
  runbook.world.records.set('dev', record);
});
afterAll(() => runbook.stop());

type Call = { services: string[]; pass: number; error?: string; cause?: string; key?: string };

/** Returns what the verdict was asked about: the calls of each pass. */
function passes(): Call[][] {
  const verdict = runbook.world.invocations.find(({ name }) => name === 'verdict');
  return (verdict?.event.passes ?? []) as Call[][];
}

describe('a sweep', () => {
  test('looks into every service twice, and lets deletions settle between', async () => {
    const { status, output, states } = await runbook.run('sweep', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(states).toHaveLength(8 + 2 * SWEEP_FAMILIES.length);
    expect(states.filter((state) => !state.startsWith('Look'))).toEqual([
      'Check request',
      'Does it live again?',
      'First pass',
      'Let deletions settle',
      'Second pass',
      'Give verdict',
      'Is anything left?',
      'Nothing is left',
    ]);
    const [first, second, ...more] = passes();
    expect(more).toEqual([]);
    for (const [pass, number] of [
      [first, 1],
      [second, 2],
    ] as const) {
      expect(pass?.flatMap(({ services }) => services).sort()).toEqual([...SWEEP_SERVICES].sort());
      for (const call of pass ?? []) expect(call).toMatchObject({ pass: number, key: 'found.json' });
    }
    expect(output).toMatchObject({
      environment: 'dev',
      run: record.run,
      verdict: 'CLEAN',
      summary: 'nothing is left',
      certificate: 's3://control/certificate.json',
      report: 's3://control/certificate.html',
    });
  });

  test('asks CloudTrail besides, twice, where that was asked for', async () => {
    const { status } = await runbook.run('sweep', { environment: 'dev', provenance: true });
    expect(status).toBe('SUCCEEDED');
    expect(passes()).toHaveLength(2);
    for (const pass of passes()) {
      expect(pass.flatMap(({ services }) => services).sort()).toEqual([...SWEEP_SERVICES, PROVENANCE].sort());
    }
  });

  test.each([
    ['CLEAN', 0],
    ['LEFTOVERS', 2],
    ['INCONCLUSIVE', 2],
    [undefined, 2],
  ] as const)('that is for what was left looks after a sweep that was %s: %s passes', async (verdict, looks) => {
    const at = '2026-01-31T13:00:00Z';
    const lastSweep = verdict ? { lastSweep: { verdict, at, execution: 'arn:x', certificate: 'k' } } : {};
    runbook.world.records.set('dev', { ...record, ...lastSweep });
    const input = { environment: 'dev', run: record.run, onlyIfLeft: true };
    const { status, output } = await runbook.run('sweep', input);
    expect({ status, verdict: output.verdict }).toEqual({
      status: 'SUCCEEDED',
      verdict: looks === 0 ? 'NOT_NEEDED' : 'CLEAN',
    });
    expect(runbook.world.calls('sweep-services')).toBe(looks * SWEEP_FAMILIES.length);
  });

  test('of an earlier life leaves the present one alone', async () => {
    runbook.world.records.set('dev', { ...record, status: 'LIVE', run: 'dev-20260201T120000-fedcba' });
    const { status, output } = await runbook.run('sweep', { environment: 'dev', run: record.run });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ run: record.run, verdict: 'SUPERSEDED' });
    expect(output.summary).toContain('dev-20260201T120000-fedcba');
    expect(runbook.world.calls('sweep-services')).toBe(0);
  });

  test('during which a new life begins gives no verdict', async () => {
    const summary = 'no verdict: dev lives again';
    runbook.world.functions.verdict = () => ({ verdict: 'SUPERSEDED', leftovers: [], unknown: [], summary });
    const { status, output } = await runbook.run('sweep', { environment: 'dev' });
    expect({ status, ...output }).toMatchObject({
      status: 'SUCCEEDED',
      run: record.run,
      verdict: 'SUPERSEDED',
      summary,
    });
  });

  test('of a present life is what was asked for', async () => {
    runbook.world.records.set('dev', { ...record, status: 'LIVE' });
    await runbook.run('sweep', { environment: 'dev' });
    expect(passes()).toHaveLength(2);
  });

  test('needs no record', async () => {
    runbook.world.records.clear();
    expect((await runbook.run('sweep', { environment: 'dev' })).status).toBe('SUCCEEDED');
  });

  test.each([
    ['LEFTOVERS', 'LeftoversFound', 'Leftovers found'],
    ['INCONCLUSIVE', 'SweepInconclusive', 'Inconclusive'],
  ] as const)('of verdict %s fails with what was found', async (verdict, error, last) => {
    runbook.world.functions.verdict = () => verdictOf(verdict, '2 things are still there');
    const sweep = await runbook.run('sweep', { environment: 'dev' });
    expect({ status: sweep.status, error: sweep.error, last: sweep.states.at(-1) }).toEqual({
      status: 'FAILED',
      error,
      last,
    });
    expect(sweep.cause).toBe('2 things are still there; certificate: s3://control/certificate.html');
  });
});

describe('services that could not be looked at', () => {
  test('are handed on as such, with the others', async () => {
    runbook.world.functions['sweep-services'] = ({ services, pass }) => {
      if ((services as string[]).includes('rds')) throw named('Runtime.OutOfMemory', 'signal: killed');
      return swept(services, pass);
    };
    await runbook.run('sweep', { environment: 'dev' });
    expect(passes()).toHaveLength(2);
    for (const pass of passes()) {
      expect(pass.flatMap(({ services }) => services).sort()).toEqual([...SWEEP_SERVICES].sort());
      const failed = pass.filter(({ error }) => error);
      expect(failed).toEqual([
        expect.objectContaining({
          services: expect.arrayContaining(['rds', 's3']),
          error: 'Runtime.OutOfMemory',
          cause: expect.stringContaining('signal: killed'),
        }),
      ]);
    }
  });

  test('are asked again first, when a dependency stayed away', async () => {
    runbook.world.functions['sweep-services'] = failing(1, named('DependencyError'), ({ services, pass }) =>
      swept(services, pass),
    );
    const { status } = await runbook.run('sweep', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.calls('sweep-services')).toBe(2 * SWEEP_FAMILIES.length + 1);
  });
});
