import { describe, expect, test } from 'vitest';
import { CHECKS, type CheckResult } from '../../../../lambdas/contracts/contracts.ts';
import type { ReportData } from '../../../../lambdas/report/data.ts';
import { renderReport } from '../../../../lambdas/report/page.ts';
import { bad } from '../../../support/reports/bad.ts';
import { good } from '../../../support/reports/good.ts';

/** The link leads to the page of its own execution and to nothing else. */
const CONSOLE =
  /^href="https:\/\/eu-west-1\.console\.aws\.amazon\.com\/states\/home\?region=eu-west-1#\/v2\/executions\/details\/arn:aws:states:[\w:-]+"$/;

const one = (changes: Partial<CheckResult>): ReportData => {
  const [first] = good.checks;
  if (!first) throw new Error('the sample has no checks');
  return { ...good, checks: [{ ...first, ...changes }] };
};

describe('a report', () => {
  test('says what was validated, when, and how it went', () => {
    const page = renderReport(good);
    for (const said of [
      '<h1>demo</h1>',
      '<strong>PASSED</strong>',
      '7 of 7 checks passed.',
      '2026-11-24 09:30:54 UTC',
      '12.8 s',
      'e51759f4ddcb',
      good.run,
      good.execution.id,
      good.folder,
    ]) {
      expect(page).toContain(said);
    }
  });

  test('says what the environment has cost so far, where that is known', () => {
    expect(renderReport({ ...good, usdPerHour: 0.5, usdSoFar: 1.25 })).toContain('$1.25, at $0.500 an hour');
    expect(renderReport(good)).not.toContain('an hour');
  });

  test('loads nothing and runs nothing', () => {
    for (const page of [renderReport(good), renderReport(bad)]) {
      // The only link leads to the console when a person follows it.
      expect(page.match(/href="(?!#)[^"]*"/g)).toEqual([expect.stringMatching(CONSOLE)]);
      expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
      expect(page).not.toMatch(/<(script|link|img|iframe|object)|url\(|@import|\son\w+=|src=/i);
    }
  });

  test('has failures first, open, then what is unknown, then what passed', () => {
    const cards = [...renderReport(bad).matchAll(/<details class="card (\w+)" id="check-([\w-]+)"( open)?>/g)];
    expect(cards.map(([, mark, check, open]) => [mark, check, Boolean(open)])).toEqual([
      ['failed', 'ecs-services', true],
      ['failed', 'worker-logs', true],
      ['failed', 'e2e-order', true],
      ['failed', 'sqs-backlog', true],
      ['unknown', 'ecr-images', true],
      ['passed', 'alb-health', false],
      ['passed', 'backend', false],
    ]);
  });

  test.each([
    ['passed', 'Passed'],
    ['failed', 'Failed'],
    ['unknown', 'Unknown'],
  ] as const)('says that a check is %s in a word, not only by colour', (status, word) => {
    expect(renderReport(one({ status }))).toMatch(new RegExp(`<span class="status( said)? ${status}">${word}</span>`));
  });

  test('lists what was observed part by part', () => {
    expect(renderReport(one({ observed: 'one; two <b>; three' }))).toContain(
      '<ul><li>one</li><li>two &lt;b&gt;</li><li>three</li></ul>',
    );
    expect(renderReport(one({ observed: 'only one' }))).toContain('<dd>only one</dd>');
  });

  test('says of a check that did not pass what to do, as docs/operating.md does, and nothing of one that did', () => {
    expect(renderReport(one({ status: 'failed', observed: '1 message in the dead-letter queue' }))).not.toContain(
      'What to do',
    );
    const found = one({ check: 'sqs-backlog', status: 'failed', observed: '1 message in the dead-letter queue' });
    expect(renderReport(found)).toMatch(/What to do.*Orders were given up.*redrive or purge the queue\./);
    expect(renderReport(one({ check: 'own', status: 'unknown' }))).toMatch(/What to do.*never a pass/);
    expect(renderReport(good)).not.toContain('What to do');
  });

  test('names the checks that nobody asked for', () => {
    const checks = good.checks.filter((result) => result.check !== 'backend');
    const page = renderReport({ ...good, checks, notAsked: ['backend'] });
    expect(page).toContain('6 of 6 checks passed. Not asked for: Backend.');
  });

  test('knows nothing of an environment without a record', () => {
    const { createdAt: _, expiresAt: __, ...rest } = good;
    expect(renderReport(rest)).toContain('<dt>Environment up for</dt><dd>–</dd>');
  });

  test('that cannot be drawn says so, and where the JSON is', () => {
    const page = renderReport({ ...bad, execution: null as never });
    expect(page).toContain('could not be drawn');
    expect(page).toContain('FAILED');
    expect(page).toContain(bad.folder);
  });
});

describe('the timeline', () => {
  test('draws each check from its start for as long as it took', () => {
    const page = renderReport(bad);
    expect(page).toContain('E2E order failed, began after 4.6 s, took 1 min 31 s');
    // The whole run is 142 seconds.
    expect(page).toContain(`<rect class="bar failed" x="3.24%" y="8" width="64.23`);
    expect(page.match(/<rect class="bar/g)).toHaveLength(7);
  });

  test('says of a check without an answer that it has none', () => {
    expect(renderReport(one({ status: 'unknown', durationMs: 0 }))).toContain('>no answer</span>');
  });

  test('is left out when time stood still', () => {
    const startedAt = good.execution.startTime;
    expect(renderReport({ ...one({ startedAt, durationMs: 0 }), at: startedAt })).toContain('No check has a time');
  });

  test('of many hours has few ticks', () => {
    const page = renderReport(one({ durationMs: 1e9 }));
    expect(page.match(/class="axis"/g)?.length).toBeLessThan(12);
  });
});

test('every check has a title, and every title a check', () => {
  expect(good.checks.map(({ check }) => check).sort()).toEqual([...CHECKS].sort());
  expect(renderReport(good)).not.toContain('undefined');
});
