import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SWEEP_SERVICES } from '../../../lambdas/shared/request.ts';
import { liveRecord, verdictOf } from './support/functions.ts';
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

/** What the verdict was asked about: for each pass, its entries by service. */
function passes(): Record<string, { pass: number; error?: string; findings?: unknown[] }>[] {
  const verdict = runbook.world.invocations.find(({ name }) => name === 'verdict');
  return ((verdict?.event.passes ?? []) as { service: string; pass: number }[][]).map((pass) =>
    Object.fromEntries(pass.map((entry) => [entry.service, entry])),
  );
}

describe('a sweep', () => {
  test('looks into every service twice, and lets deletions settle between', async () => {
    const { status, output, states } = await runbook.run('sweep', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
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
      expect(Object.keys(pass ?? {}).sort()).toEqual([...SWEEP_SERVICES].sort());
      for (const entry of Object.values(pass ?? {})) expect(entry.pass).toBe(number);
    }
    expect(output).toMatchObject({
      environment: 'dev',
      run: record.run,
      verdict: 'CLEAN',
      summary: 'nothing is left',
      certificate: 's3://control/certificate.json',
    });
  });

  test('of an earlier life leaves the present one alone', async () => {
    runbook.world.records.set('dev', { ...record, status: 'LIVE', run: 'dev-20260201T120000-fedcba' });
    const { status, output } = await runbook.run('sweep', { environment: 'dev', run: record.run });
    expect(status).toBe('SUCCEEDED');
    expect(output).toMatchObject({ run: record.run, verdict: 'SUPERSEDED' });
    expect(output.summary).toContain('dev-20260201T120000-fedcba');
    expect(runbook.world.calls('sweep-service')).toBe(0);
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
    expect(sweep.cause).toBe('2 things are still there; list: s3://control/certificate.json');
  });
});

describe('a service that could not be looked at', () => {
  test('is handed on as such, with the others', async () => {
    runbook.world.functions['sweep-service'] = ({ service, pass }) => {
      if (service === 'rds') throw named('AccessDenied', 'not authorized to perform rds:DescribeDBInstances');
      return { service, pass, findings: [] };
    };
    await runbook.run('sweep', { environment: 'dev' });
    for (const pass of passes()) {
      expect(pass.rds).toMatchObject({ error: 'AccessDenied', cause: expect.stringContaining('not authorized') });
      expect(pass.ecs?.findings).toEqual([]);
      expect(Object.keys(pass)).toHaveLength(SWEEP_SERVICES.length);
    }
  });

  test('is asked again first, when a dependency stayed away', async () => {
    runbook.world.functions['sweep-service'] = failing(1, named('DependencyError'), ({ service, pass }) => ({
      service,
      pass,
      findings: [],
    }));
    const { status } = await runbook.run('sweep', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.calls('sweep-service')).toBe(2 * SWEEP_SERVICES.length + 1);
  });
});
