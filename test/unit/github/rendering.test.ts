import fc from 'fast-check';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { describe, expect, test } from 'vitest';
import { outputLines } from '../../../.github/actions/runbook/output.ts';
import {
  annotations,
  comment,
  type EnvironmentReport,
  junit,
  MARKER,
} from '../../../.github/actions/runbook/rendering.ts';

const aReport = (changes: Partial<EnvironmentReport> = {}): EnvironmentReport => ({
  status: {
    environment: 'pr-1',
    hasImages: true,
    status: 'LIVE',
    verdict: 'FAILED',
    validatedAt: '2026-01-31T13:20:00Z',
    commit: 'abcdef1',
  },
  checks: [
    { check: 'alb-health', status: 'passed', expected: '200', observed: '200' },
    { check: 'backend', status: 'failed', expected: 'versioned', observed: 'not versioned' },
    { check: 'worker-logs', status: 'unknown', expected: 'no errors', observed: 'denied' },
  ],
  commit: 'abcdef1abcdef1',
  runUrl: 'https://github.com/team/shop/actions/runs/7',
  ...changes,
});
const observed = (text: string) =>
  aReport({ checks: [{ check: 'backend', status: 'failed', expected: text, observed: text }] });

const passed = { check: 'alb-health', status: 'passed', expected: '200', observed: '200' };

describe('a comment', () => {
  test('keeps what somebody else wrote in its cell: no markup, link, mention or second cell', () => {
    const page = comment(observed('a|b\n| x | y |\n<img src=x> [a](http://b) @team #1 ![i](u) `c` <!-- runbook -->'));
    const row = page.split('\n').find((line) => line.includes('backend')) ?? '';
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(4);
    expect(row).not.toMatch(/<|@|\[|`|!\[|#\d+ /);
    // A reader sees the observed text. No entity is escaped twice.
    const read = row.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
    expect(read).toContain('a|b | x | y | <img src=x> [a](http://b) @team #1 ![i](u) `c` <!-- runbook -->');
  });

  test('is never longer than GitHub takes, and begins with its marker', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 2_000 }), { maxLength: 400 }), (texts) => {
        const checks = texts.map((text) => ({ check: text, status: 'failed', expected: text, observed: text }));
        const page = comment(aReport({ checks, error: texts.join('') }));
        expect(page.length).toBeLessThanOrEqual(65_536);
        expect(page.startsWith(MARKER)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test.each([
    [{ status: 'LIVE', verdict: 'PASSED' }, '✅'],
    [{ status: 'LIVE', verdict: 'FAILED' }, '❌'],
    [{ status: 'LIVE', verdict: 'UNKNOWN' }, '❔'],
    [{ status: 'LIVE', verdict: undefined }, '❔'],
    [{ status: 'FAILED', verdict: 'PASSED' }, '❌'],
    [{ status: 'PROVISIONING' }, '⏳'],
    [{ status: 'GONE' }, '⚪'],
  ])('of %j has %s', (status, mark) => {
    expect(comment(aReport({ status: { environment: 'pr-1', ...status } as EnvironmentReport['status'] }))).toContain(
      `### ${mark} `,
    );
  });
});

test('an annotation is one line, whatever was observed', () => {
  const [line, ...others] = annotations(observed('100%\n::error::x\r\ny'));
  expect(others).toEqual([]);
  expect(line).toBe('::error title=backend failed::100%25%0A::error::x%0D%0Ay (expected: 100%25%0A::error::x%0D%0Ay)');
  expect(annotations(aReport()).map((one) => one.split(' ')[0])).toEqual(['::error', '::warning']);
});

describe('the JUnit file', () => {
  test('counts what failed and what is unknown, which is no pass', () => {
    const { testsuites } = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' }).parse(junit(aReport()));
    expect(testsuites.testsuite).toMatchObject({ tests: '3', failures: '1', errors: '1' });
  });

  test('is XML, whatever was observed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(XMLValidator.validate(junit(observed(text)))).toBe(true);
      }),
    );
    expect(junit(observed('\u0000\u001b[31m'))).toContain('\ufffd\ufffd[31m');
  });

  test.each([undefined, []])('is no empty success without checks (%j)', (checks) => {
    expect(junit(aReport({ checks, error: checks ? 'not provisioned' : undefined }))).toContain('errors="1"');
  });

  test.each([
    ['an empty report', {}, []],
    ['checks that passed, and a verdict that is unknown', { verdict: 'UNKNOWN' }, [passed]],
    ['checks that passed, and no verdict', { verdict: undefined }, [passed]],
    ['checks that passed, and an environment that has failed', { status: 'FAILED', failure: 'boom' }, [passed]],
  ] as const)('is no success with %s', (_, changes, checks) => {
    const report = aReport({ checks: [...checks], error: undefined });
    const text = junit({ ...report, status: { ...report.status, status: 'LIVE', verdict: 'PASSED', ...changes } });
    expect(text).toContain('errors="1"');
    expect(text).toMatch(/<testcase [^>]*name="environment"><error /);
  });

  test('is a success with checks that passed, and their verdict', () => {
    const report = aReport({ checks: [passed], error: undefined });
    const text = junit({ ...report, status: { ...report.status, status: 'LIVE', verdict: 'PASSED' } });
    expect(text).toContain('tests="1" failures="0" errors="0"');
  });
});

test('an output has its value whole, and nobody can end it', () => {
  const value = 'a\nend\nb<<end\nverdict=PASSED';
  const [head = '', ...lines] = outputLines('error', value).trimEnd().split('\n');
  const end = head.replace('error<<', '');
  expect(lines.at(-1)).toBe(end);
  expect(lines.slice(0, -1).join('\n')).toBe(value);
  expect(value).not.toContain(end);
});
