import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseResults } from '../../../../../lambdas/validation/checks/build-results.ts';

const junit = (text: string) => parseResults('junit', text);
const ctrf = (value: unknown) => parseResults('ctrf', JSON.stringify(value));
const report = (tests: object[], summary: object = {}) => {
  const count = (status: string) => tests.filter((one) => (one as { status?: string }).status === status).length;
  const of = ['passed', 'failed', 'skipped', 'pending', 'other'].map((status) => [status, count(status)] as const);
  return {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    results: {
      tool: { name: 't' },
      summary: { tests: tests.length, ...Object.fromEntries(of), start: 1, stop: 2, ...summary },
      tests,
    },
  };
};
const PASSED = { name: 'a', status: 'passed', duration: 1 };

describe('JUnit XML', () => {
  test.each<[name: string, xml: string, results: object]>([
    [
      'one suite',
      '<?xml version="1.0"?><testsuite tests="2" failures="0"><testcase name="a"/><testcase name="b"></testcase></testsuite>',
      { passed: 2, skipped: 0, failures: [] },
    ],
    [
      'suites in suites, as Node.js nests them',
      '<testsuites>\n<testsuite name="s" tests="1" failures="0"><testsuite tests="2"><testcase name="a"/><testcase name="b"/></testsuite></testsuite><testcase name="c"/></testsuites>',
      { passed: 3, skipped: 0, failures: [] },
    ],
    [
      'a failure, an error and a skipped test',
      '<testsuites tests="4" failures="1" errors="1" skipped="1"><testsuite><testcase classname="k" name="a &lt;b&gt;"><failure message="2 &amp;gt; 1">at x</failure></testcase><testcase name="e"><error>boom</error></testcase><testcase name="s"><skipped/></testcase><testcase name="p"/></testsuite></testsuites>',
      {
        passed: 1,
        skipped: 1,
        failures: [
          { name: 'k a <b>', message: '2 &gt; 1' },
          { name: 'e', message: 'boom' },
        ],
      },
    ],
    [
      'a test that GoogleTest did not run',
      '<testsuite tests="2"><testcase name="a" status="notrun" result="suppressed"/><testcase name="b" status="run" result="completed"/></testsuite>',
      { passed: 1, skipped: 1, failures: [] },
    ],
    [
      'a test with a failed status alone',
      '<testsuite><testcase name="a" status="failed"/></testsuite>',
      { passed: 0, skipped: 0, failures: [{ name: 'a', message: '' }] },
    ],
    [
      'a test with the status that CTest writes',
      '<testsuite><testcase name="a" status="fail"/><testcase name="b" status="run"/></testsuite>',
      { passed: 1, skipped: 0, failures: [{ name: 'a', message: '' }] },
    ],
    [
      'a test that behave did not run',
      '<testsuite><testcase name="a" status="untested"/><testcase name="b" status="passed"/></testsuite>',
      { passed: 1, skipped: 1, failures: [] },
    ],
    [
      'a failure below an element of the test',
      '<testsuite><testcase name="a"><step name="one"><failure message="boom"/></step></testcase><testcase name="b"/></testsuite>',
      { passed: 1, skipped: 0, failures: [{ name: 'a', message: 'boom' }] },
    ],
    [
      'a test in a test',
      '<testsuite><testcase name="a"><testcase name="inner"><failure>boom</failure></testcase></testcase></testsuite>',
      { passed: 0, skipped: 0, failures: [{ name: 'a', message: 'boom' }] },
    ],
    [
      'a test that passed when it was repeated, as Surefire writes it',
      '<testsuite><testcase name="a"><flakyFailure message="x"><stackTrace>s</stackTrace></flakyFailure></testcase></testsuite>',
      { passed: 1, skipped: 0, failures: [] },
    ],
    [
      'an error of a suite that could not begin',
      '<testsuite name="s" tests="1" errors="1"><testcase name="a"/><error message="no such file"/></testsuite>',
      { passed: 1, skipped: 0, failures: [{ name: 's', message: 'no such file' }] },
    ],
    [
      'a number of errors that no test has',
      '<testsuite name="s" tests="1" errors="1"><testcase name="a"/></testsuite>',
      { passed: 1, skipped: 0, failures: [{ name: 's', message: '1 failures and errors' }] },
    ],
    [
      'a page of HTML in the output of a test',
      '<testsuite><testcase name="a"><system-out><![CDATA[<!DOCTYPE html><testcase name="b">]]></system-out></testcase></testsuite>',
      { passed: 1, skipped: 0, failures: [] },
    ],
    ['no test', '<testsuites/>', { passed: 0, skipped: 0, failures: [] }],
    ['a byte order mark', '\ufeff<testsuite><testcase name="a"/></testsuite>', { passed: 1, skipped: 0, failures: [] }],
  ])('%s', (_, xml, results) => {
    expect(junit(xml)).toEqual({ kind: 'read', results });
  });

  test.each<[name: string, xml: string, why: RegExp]>([
    ['nothing', '', /no XML/],
    ['text', 'all is well', /no XML/],
    ['JSON', '{"tests": 1}', /no XML/],
    ['a file that is cut', '<testsuite><testcase name="a"/><testcase', /no XML/],
    ['a file that is cut between tests', '<testsuite tests="2"><testcase name="a"/>', /no XML/],
    ['two roots', '<testsuite/><testsuite/>', /no XML/],
    ['another document', '<html><testcase name="a"/></html>', /testsuite/],
    [
      'fewer tests than it says',
      '<testsuite tests="3"><testcase name="a"/></testsuite>',
      /says that there are 3 tests, and lists 1/,
    ],
    ['a number that is none', '<testsuite failures="some"><testcase name="a"/></testsuite>', /failures="some"/],
    ['a negative number', '<testsuite failures="-1"><testcase name="a"/></testsuite>', /failures="-1"/],
    [
      'entities of its own',
      '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>',
      /DOCTYPE/,
    ],
    [
      'a file of this machine',
      '<?xml version="1.0"?><!-- <testsuite> --><!DOCTYPE x SYSTEM "file:///etc/passwd"><testsuite><testcase name="a"/></testsuite>',
      /DOCTYPE/,
    ],
    ['a status of no meaning', '<testsuite><testcase name="a" status="aborted"/></testsuite>', /"a" is "aborted"/],
    ['a result of no meaning', '<testsuite><testcase name="a" result="undefined"/></testsuite>', /"a" is "undefined"/],
    [
      'a test in an element of no meaning',
      '<testsuite><testcase name="a"/><group><testcase name="b"><failure/></testcase></group></testsuite>',
      /element "group".*"testcase"/,
    ],
    [
      'a failure in an element of no meaning',
      '<testsuite><testcase name="a"/><setup><error/></setup></testsuite>',
      /element "setup".*"error"/,
    ],
    [
      'a failure in another namespace',
      '<testsuite xmlns:j="urn:j"><testcase name="a"><j:failure/></testcase></testsuite>',
      /namespace/,
    ],
    ['too deep a nest', '<testsuite>'.repeat(5_000) + '</testsuite>'.repeat(5_000), /nest/i],
  ])('%s is not read', (_, xml, why) => {
    expect(junit(xml)).toEqual({ kind: 'unreadable', why: expect.stringMatching(why) });
  });

  test('names of JavaScript’s own change nothing', () => {
    const named = '<testsuite><testcase name="__proto__" classname="constructor"><failure/></testcase></testsuite>';
    const results = { passed: 0, skipped: 0, failures: [{ name: 'constructor __proto__', message: '' }] };
    expect(junit(named)).toEqual({ kind: 'read', results });
    for (const name of ['__proto__', 'constructor', 'prototype'])
      expect(junit(`<testsuite><testcase ${name}="x"/><${name}><failure/></${name}></testsuite>`)).toMatchObject({
        kind: 'unreadable',
      });
    expect({}).not.toHaveProperty('failure');
  });
});

describe('CTRF', () => {
  test('counts tests by status, and repeats why they failed', () => {
    const tests = [
      PASSED,
      { name: 'b', status: 'failed', duration: 1, message: 'x is not y' },
      { name: 'c', status: 'skipped', duration: 0 },
      { name: 'd', status: 'pending', duration: 0 },
    ];
    expect(ctrf(report(tests))).toEqual({
      kind: 'read',
      results: { passed: 1, skipped: 2, failures: [{ name: 'b', message: 'x is not y' }] },
    });
  });

  test.each<[name: string, value: unknown, why: RegExp]>([
    ['another JSON', { numFailedTests: 0, success: true }, /results/],
    ['another format', { ...report([PASSED]), reportFormat: 'SARIF' }, /reportFormat/],
    ['no list', { results: { summary: { tests: 1, passed: 1, failed: 0 } } }, /results\.tests/],
    ['a status of no meaning', report([{ name: 'a', status: 'ok' }]), /status/],
    ['a test of which nothing is known', report([PASSED, { name: 'b', status: 'other', duration: 1 }]), /"other"/],
    ['a failure that the list does not have', report([PASSED], { tests: 2, failed: 1 }), /summary/],
    ['fewer tests than it says', report([PASSED], { tests: 2, passed: 2 }), /summary/],
  ])('%s is not read', (_, value, why) => {
    expect(ctrf(value)).toEqual({ kind: 'unreadable', why: expect.stringMatching(why) });
  });

  test.each(['', 'null', '[]', '{"results":', '"passed"', '1'])('%s is not read', (text) => {
    expect(parseResults('ctrf', text)).toMatchObject({ kind: 'unreadable' });
  });
});

test('whatever is cut off a file, no failure in it becomes a pass', () => {
  const xml =
    '<testsuites><testsuite tests="2"><testcase name="a"/><testcase name="b"><failure message="m">t</failure></testcase></testsuite></testsuites>';
  const json = JSON.stringify(report([PASSED, { name: 'b', status: 'failed', duration: 1 }]));
  fc.assert(
    fc.property(fc.nat(xml.length - 1), fc.nat(json.length - 1), (at, to) => {
      expect(junit(xml.slice(0, at))).toMatchObject({ kind: 'unreadable' });
      expect(parseResults('ctrf', json.slice(0, to))).toMatchObject({ kind: 'unreadable' });
    }),
  );
});

test('nothing makes it throw', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc
      .array(
        fc.constantFrom(
          ...['<testsuite>', '</testsuite>', '<testcase name="a">', '</testcase>', '<failure/>', '<', '>'],
          ...[
            '&',
            '&#x0;',
            '&amp;',
            '"',
            '<!--',
            '-->',
            '<![CDATA[',
            ']]>',
            '<?xml ?>',
            '<!DOCTYPE a [',
            ']>',
            'a="',
            '\0',
          ],
        ),
      )
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(hostile, (text) => {
      expect(['read', 'unreadable']).toContain(junit(text).kind);
      expect(['read', 'unreadable']).toContain(parseResults('ctrf', text).kind);
    }),
    { numRuns: 500 },
  );
});
