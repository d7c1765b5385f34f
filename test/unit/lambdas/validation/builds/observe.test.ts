import { describe, expect, test } from 'vitest';
import { type BuildCheck, buildCheck } from '../../../../../lambdas/contracts/build-checks.ts';
import type { StackOutputs } from '../../../../../lambdas/contracts/outputs.ts';
import { InputError } from '../../../../../lambdas/runtime/errors.ts';
import type { CheckBuild } from '../../../../../lambdas/validation/checks/build-conclusion.ts';
import { type BuildPorts, type NewBuild, observeBuild } from '../../../../../lambdas/validation/observe-build.ts';
import { aRequest, arnOf, fakeClock, outputs, RUN } from '../../support/fixtures.ts';

const ID = 'runbook-check-smoke:1';
const PHASES = ['SUBMITTED', 'QUEUED', 'PROVISIONING', 'DOWNLOAD_SOURCE', 'INSTALL', 'PRE_BUILD', 'BUILD'];
const REST = ['POST_BUILD', 'UPLOAD_ARTIFACTS', 'FINALIZING', 'COMPLETED'];
const START = Date.parse('2026-01-31T12:00:10Z');
const END = Date.parse('2026-01-31T12:05:00Z');
const BASE = { id: ID, startedAt: START };
const EXIT = { code: 'COMMAND_EXECUTION_ERROR', message: 'Reason: exit status 1' };

/** A build that is over, as CodeBuild describes it. @param broken the phase that did not succeed */
function ended(status = 'SUCCEEDED', broken: Partial<CheckBuild['phases'][number]> = {}): CheckBuild {
  const all = [...PHASES, ...REST].map((name) => ({ name, status: name === 'COMPLETED' ? undefined : 'SUCCEEDED' }));
  return {
    ...BASE,
    endedAt: END,
    status,
    phases: all.map((phase) => (phase.name === broken.name ? { ...phase, ...broken } : phase)),
  };
}
const running: CheckBuild = { ...BASE, status: 'IN_PROGRESS', phases: [{ name: 'QUEUED' }] };

const JUNIT = '<testsuite tests="1"><testcase name="a"/></testsuite>';
const FAILING = '<testsuite tests="1" failures="1"><testcase name="a"><failure message="no"/></testcase></testsuite>';
const SKIPPED = '<testsuite tests="1"><testcase name="a"><skipped/></testcase></testsuite>';

const settings = (changes: object = {}): BuildCheck =>
  buildCheck.parse({ project: 'runbook-check-smoke', variables: {}, ...changes });
const withResults = settings({ results: { format: 'junit', file: 'out/results.xml' } });

function world(changes: Partial<BuildPorts> & { build?: CheckBuild; text?: string } = {}) {
  const { build = ended(), text = JUNIT, ...more } = changes;
  const seen = { started: [] as NewBuild[], keys: [] as string[] };
  const ports: BuildPorts = {
    find: async () => undefined,
    start: async (one) => {
      seen.started.push(one);
      return running;
    },
    read: async () => build,
    readResults: async (key) => {
      seen.keys.push(key);
      return { kind: 'found', text };
    },
    clock: fakeClock(),
    ...more,
  };
  return { ports, seen };
}
const request = aRequest({ machine: 'validate', execution: { ...aRequest().execution, id: arnOf('validate', 'v') } });
const SINCE = Date.parse('2026-01-31T12:00:05Z');
const look = (of: BuildCheck, changes: Parameters<typeof world>[0] = {}, has: StackOutputs = outputs) => {
  const { ports, seen } = world(changes);
  return observeBuild('smoke', of, { request, outputs: has, since: SINCE }, ports).then((conclusion) => ({
    conclusion,
    seen,
  }));
};

describe('what a build concludes', () => {
  const broken = (name: string, status = 'FAILED', more: object = {}) =>
    ended(status === 'SUCCEEDED' ? 'FAILED' : status, { name, status, ...more });
  test.each<[name: string, of: BuildCheck, changes: Parameters<typeof world>[0], status: string, observed: RegExp]>([
    ['a command that succeeds', settings(), {}, 'passed', /^the command succeeded \(build runbook-check-smoke:1\)$/],
    ['a test that passes', withResults, {}, 'passed', /^1 test passed, 0 skipped/],
    [
      'a test that fails, whatever the exit code',
      withResults,
      { text: FAILING },
      'failed',
      /^1 of 1 test failed: a: no/,
    ],
    ['a command that fails', settings(), { build: broken('BUILD', 'FAILED', EXIT) }, 'failed', /exit status 1/],
    [
      'a command that fails, with tests that pass',
      withResults,
      { build: broken('BUILD', 'FAILED', EXIT) },
      'failed',
      /the command failed/,
    ],
    [
      'a command that fails, with the test that failed',
      withResults,
      { build: broken('BUILD', 'FAILED', EXIT), text: FAILING },
      'failed',
      /^1 of 1 test failed: a: no/,
    ],
    [
      'a command that fails, without its results',
      withResults,
      {
        build: broken('BUILD', 'FAILED', EXIT),
        readResults: async () => ({ kind: 'unreadable', why: 'NoSuchKey' }),
      },
      'failed',
      /exit status 1/,
    ],
    ['results that no one left', withResults, { build: broken('UPLOAD_ARTIFACTS') }, 'unknown', /UPLOAD_ARTIFACTS/],
    [
      'results that may not be read',
      withResults,
      { readResults: async () => ({ kind: 'unreadable', why: 'AccessDenied' }) },
      'unknown',
      /could not be read: AccessDenied/,
    ],
    ['results that are cut', withResults, { text: JUNIT.slice(0, -5) }, 'unknown', /could not be read: it is no XML/],
    ['no test', withResults, { text: '<testsuites/>' }, 'unknown', /no test ran/],
    ['skipped tests alone', withResults, { text: SKIPPED }, 'unknown', /no test ran: the results have 1 skipped/],
    [
      'an image that cannot be pulled',
      settings(),
      {
        build: broken('PROVISIONING', 'FAILED', {
          code: 'BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE',
          message: 'Unable to pull customer’s container image.',
        }),
      },
      'unknown',
      /FAILED, phase PROVISIONING FAILED BUILD_CONTAINER_UNABLE_TO_PULL_IMAGE/,
    ],
    [
      'a source that is not the deployed one',
      settings(),
      { build: broken('PRE_BUILD', 'FAILED', EXIT) },
      'unknown',
      /PRE_BUILD/,
    ],
    [
      'packages that cannot be installed',
      settings(),
      { build: broken('INSTALL', 'FAILED', EXIT) },
      'unknown',
      /INSTALL/,
    ],
    [
      'a build phase that CodeBuild itself broke',
      settings(),
      { build: broken('BUILD', 'FAILED', { code: 'CLIENT_ERROR' }) },
      'unknown',
      /CLIENT_ERROR/,
    ],
    ['a fault of CodeBuild', settings(), { build: broken('BUILD', 'FAULT') }, 'unknown', /FAULT/],
    [
      'a build that runs out of time',
      settings(),
      { build: broken('BUILD', 'TIMED_OUT', { code: 'BUILD_TIMED_OUT' }) },
      'unknown',
      /TIMED_OUT/,
    ],
    [
      'a build that waits too long',
      settings(),
      { build: { ...BASE, endedAt: END, status: 'TIMED_OUT', phases: [{ name: 'QUEUED', status: 'TIMED_OUT' }] } },
      'unknown',
      /QUEUED/,
    ],
    ['a build that somebody stops', settings(), { build: broken('BUILD', 'STOPPED') }, 'unknown', /STOPPED/],
    [
      'success without phases',
      settings(),
      { build: { ...BASE, endedAt: END, status: 'SUCCEEDED', phases: [] } },
      'unknown',
      /SUCCEEDED/,
    ],
    [
      'success with a phase that failed',
      settings(),
      { build: ended('SUCCEEDED', { name: 'BUILD', status: 'FAILED' }) },
      'unknown',
      /BUILD/,
    ],
    ['a status of no meaning', settings(), { build: ended('DONE') }, 'unknown', /DONE/],
    ['a build that goes on', settings(), { build: running }, 'not-ready', /IN_PROGRESS, in phase QUEUED/],
    ['a quota that is used up', settings(), { start: async () => undefined }, 'not-ready', /quota/],
  ])('%s', async (_, of, changes, status, observed) => {
    const { conclusion } = await look(of, changes);
    expect(conclusion).toMatchObject({ status, observed: expect.stringMatching(observed) });
    if (status === 'not-ready') expect(conclusion.otherwise).toBe('unknown');
  });

  test('only success in each phase passes', async () => {
    for (const status of ['FAILED', 'FAULT', 'TIMED_OUT', 'IN_PROGRESS', 'STOPPED', undefined]) {
      for (const name of [...PHASES, ...REST].filter((one) => one !== 'COMPLETED')) {
        const { conclusion } = await look(settings(), { build: ended('SUCCEEDED', { name, status }) });
        expect(`${name} ${status}: ${conclusion.status}`).toBe(`${name} ${status}: unknown`);
      }
    }
  });

  test('a failure of many tests is described in a line, and its evidence is bounded', async () => {
    const cases = Array.from(
      { length: 500 },
      (_, n) => `<testcase name="t${n}"><failure>${'x\n'.repeat(500)}</failure></testcase>`,
    );
    const { conclusion } = await look(withResults, { text: `<testsuite>${cases.join('')}</testsuite>` });
    expect(conclusion.observed).toMatch(/^500 of 500 tests failed: t0: x x .*…, and 499 more/);
    expect(JSON.stringify(conclusion).length).toBeLessThan(10_000);
  });
});

describe('the build of an execution', () => {
  test('is started once: another look finds it by its token, and reads the same results', async () => {
    const asked: unknown[] = [];
    const { seen } = await look(withResults);
    const [{ token = '', variables = [] } = {}] = seen.started;
    const find: BuildPorts['find'] = async (...of) => {
      asked.push(of);
      return { build: running, token };
    };
    const again = await look(withResults, { find });
    expect(again.seen.started).toEqual([]);
    expect(again.seen.keys).toEqual(seen.keys);
    expect(seen.keys).toEqual([`environments/dev/runs/${RUN}/checks/smoke/${token}/results.xml`]);
    expect(seen.started[0]?.resultsFolder).toBe(`environments/dev/runs/${RUN}/checks/smoke/${token}`);
    const prefix = token.replace(/-.*/, '-');
    expect(asked).toEqual([
      ['runbook-check-smoke', { name: 'RUNBOOK_VALIDATION', prefix }, Date.parse('2026-01-31T11:59:00Z')],
    ]);
    expect(variables).toContainEqual({ name: 'RUNBOOK_VALIDATION', value: token, type: 'PLAINTEXT' });
  });

  test.each<[name: string, secondsBefore: number, starts: number]>([
    ['has just ended is read again', 100, 0],
    ['ended while the other checks waited is repeated', 140, 1],
  ])('that %s when all checks look again', async (_, secondsBefore, starts) => {
    const { ports, seen } = world({ find: async () => ({ build: ended(), token: 'earlier' }) });
    const since = END + secondsBefore * 1_000;
    await observeBuild('smoke', withResults, { request, outputs, since }, ports);
    expect(seen.started).toHaveLength(starts);
    expect(seen.keys.every((key) => key.includes('/earlier/'))).toBe(starts === 0);
  });

  test('is as old as its own start, however late it is read', async () => {
    const { conclusion } = await look(settings());
    expect(conclusion.seen).toEqual({ from: START, to: END });
  });

  test('has no verdict without its times', async () => {
    for (const endedAt of [undefined, START - 1])
      await expect(look(settings(), { build: { ...ended(), endedAt } })).rejects.toThrow('no end after its start');
  });

  test('is another for another execution, check and round', async () => {
    const tokenOf = async (check: string, id: string, since = SINCE) => {
      const { ports, seen } = world();
      const of = { ...request, execution: { ...request.execution, id } };
      await observeBuild(check, settings(), { request: of, outputs, since }, ports);
      return seen.started[0]?.token;
    };
    const tokens = [
      tokenOf('a', 'arn:x'),
      tokenOf('b', 'arn:x'),
      tokenOf('a', 'arn:y'),
      tokenOf('a', 'arn:x', SINCE + 1),
    ];
    expect(new Set(await Promise.all(tokens)).size).toBe(4);
    expect(await tokenOf('a', 'arn:x')).toBe(await tokens[0]);
  });

  test('gets outputs as they are, secrets by reference alone, and nothing that was not asked for', async () => {
    const variables = {
      API_URL: { output: 'alb_dns_name' },
      PORT: { output: 'rds_port' },
      ZONES: { output: 'zones' },
      USERS: { value: '10' },
      TOKEN: { ssm: '/shop/{environment}/token' },
      PASSWORD: { secretsManager: 'shop/{environment}/db', field: 'password' },
      WHOLE: { secretsManager: 'shop/db' },
    };
    const { seen } = await look(settings({ variables }), {}, { ...outputs, zones: ['a', 'b'] });
    expect(seen.started[0]?.variables).toEqual([
      { name: 'RUNBOOK_ENVIRONMENT', value: 'dev', type: 'PLAINTEXT' },
      { name: 'RUNBOOK_RUN', value: RUN, type: 'PLAINTEXT' },
      { name: 'RUNBOOK_COMMIT', value: 'abcdef1', type: 'PLAINTEXT' },
      { name: 'RUNBOOK_VALIDATION', value: expect.stringMatching(/^[0-9a-f]{24}-[0-9a-f]{24}$/), type: 'PLAINTEXT' },
      { name: 'API_URL', value: outputs.alb_dns_name, type: 'PLAINTEXT' },
      { name: 'PORT', value: '5432', type: 'PLAINTEXT' },
      { name: 'ZONES', value: '["a","b"]', type: 'PLAINTEXT' },
      { name: 'USERS', value: '10', type: 'PLAINTEXT' },
      { name: 'TOKEN', value: '/shop/dev/token', type: 'PARAMETER_STORE' },
      { name: 'PASSWORD', value: 'shop/dev/db:password', type: 'SECRETS_MANAGER' },
      { name: 'WHOLE', value: 'shop/db', type: 'SECRETS_MANAGER' },
    ]);
    expect(seen.started[0]).not.toHaveProperty('resultsFolder');
  });

  test.each(['missing', 'constructor'])('does not start without its output "%s"', async (output) => {
    const started: unknown[] = [];
    const start = async (build: NewBuild) => {
      started.push(build);
      return running;
    };
    await expect(look(settings({ variables: { X: { output } } }), { start })).rejects.toThrow(InputError);
    expect(started).toEqual([]);
  });

  test('is waited for in one look, and no longer than the function may run', async () => {
    const clock = fakeClock();
    await look(settings(), { build: running, clock });
    expect(clock.slept).toBeGreaterThanOrEqual(80_000);
    expect(clock.slept).toBeLessThan(90_000);
  });
});
