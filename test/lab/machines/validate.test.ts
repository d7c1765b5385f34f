import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHECKS, type CheckName, type CheckResult } from '../../../lambdas/contracts/contracts.ts';
import { checkResult, liveRecord } from './support/functions.ts';
import { startRunbook } from './support/runbook.ts';
import { failing, named } from './support/world.ts';

let runbook: Awaited<ReturnType<typeof startRunbook>>;
beforeAll(async () => {
  runbook = await startRunbook();
});
beforeEach(() => {
  runbook.reset();
  runbook.world.records.set('dev', liveRecord('dev'));
});
afterAll(() => runbook.stop());

const notReady = (check: CheckName) => named('NotReadyError', JSON.stringify(checkResult(check, 'failed')));

interface Gathered {
  check: string;
  status?: CheckResult['status'];
  error?: string;
  cause?: string;
}

/** Returns what was handed to the evidence, by check. */
function gathered() {
  const evidence = runbook.world.invocations.find(({ name }) => name === 'evidence');
  const results = (evidence?.event.results ?? []) as Gathered[];
  expect(results).toHaveLength(new Set(results.map(({ check }) => check)).size);
  return Object.fromEntries(results.map((result) => [result.check, result]));
}

describe('a validation', () => {
  test('runs every check by its own name, and ends with what each observed', async () => {
    const { status, output, states } = await runbook.run('validate', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(states.slice(0, 3)).toEqual(['Check request', 'Every check asked for?', 'Run checks']);
    expect(new Set(states.slice(3, 10))).toEqual(
      new Set([
        'Check ECS services',
        'Check ALB health',
        'Check worker logs',
        'Place E2E order',
        'Check SQS backlog',
        'Check ECR images',
        'Check backend',
      ]),
    );
    expect(states.slice(10)).toEqual([
      'Seen at one time?',
      'Write evidence',
      'All checks passed?',
      'Environment validated',
    ]);
    expect(output).toMatchObject({
      environment: 'dev',
      run: 'dev-20260131T120000-abcdef',
      verdict: 'PASSED',
      evidence: expect.stringMatching(/^s3:\/\/control\/.+\/report\.json$/),
      report: expect.stringMatching(/^s3:\/\/control\/.+\/report\.html$/),
      checks: CHECKS.map((check) => ({ check, status: 'passed', observed: 'all is well' })),
    });
  });

  test('runs the chosen checks only', async () => {
    const { status, output, states } = await runbook.run('validate', { environment: 'dev', checks: ['backend'] });
    expect(status).toBe('SUCCEEDED');
    expect(states).toContain('Run chosen check');
    expect(output.checks).toEqual([{ check: 'backend', status: 'passed', observed: 'all is well' }]);
    expect(output).toMatchObject({ verdict: 'PARTIAL', partial: 'PARTIAL 1/7' });
    expect(runbook.world.calls('check-ecs-services')).toBe(0);
  });

  test('needs an environment whose outputs are known', async () => {
    runbook.world.records.clear();
    const { error, states } = await runbook.run('validate', { environment: 'dev' });
    expect(error).toBe('InputError');
    expect(states).toEqual(['Check request']);
  });
});

describe('a check that fails', () => {
  test('fails the validation, with everything that every check observed', async () => {
    runbook.world.functions['check-alb-health'] = () => checkResult('alb-health', 'failed');
    runbook.world.functions['check-sqs-backlog'] = () => checkResult('sqs-backlog', 'failed');
    const { status, error, cause, states } = await runbook.run('validate', { environment: 'dev' });
    expect({ status, error, last: states.at(-1) }).toEqual({
      status: 'FAILED',
      error: 'ValidationFailed',
      last: 'Validation failed',
    });
    expect(cause).toContain('alb-health is not well');
    expect(cause).toContain('sqs-backlog is not well');
    expect(cause).toMatch(/report: s3:\/\/control\/.+\/report\.html; evidence: s3:\/\/control\/.+\/report\.json$/);
    expect(Object.keys(gathered()).sort()).toEqual([...CHECKS].sort());
  });

  test('is asked again while it is not ready', async () => {
    runbook.world.functions['check-ecs-services'] = failing(2, notReady('ecs-services'), () =>
      checkResult('ecs-services'),
    );
    const { status } = await runbook.run('validate', { environment: 'dev' });
    expect(status).toBe('SUCCEEDED');
    expect(runbook.world.calls('check-ecs-services')).toBe(3);
  });

  test('and is never ready is a failure with what it last observed', async () => {
    runbook.world.functions['check-ecs-services'] = failing(99, notReady('ecs-services'), () => undefined);
    const { error, cause, states } = await runbook.run('validate', { environment: 'dev' });
    expect(error).toBe('ValidationFailed');
    expect(cause).toContain('ecs-services is not well');
    expect(states).toContain('Report ECS services');
    expect(runbook.world.calls('check-ecs-services')).toBe(3);
    expect(gathered()['alb-health']?.status).toBe('passed');
  });

  test('is asked again and reported, whichever it is', async () => {
    for (const check of CHECKS) {
      runbook.world.functions[`check-${check}`] = failing(99, notReady(check), () => undefined);
    }
    const { error, cause } = await runbook.run('validate', { environment: 'dev' });
    expect(error).toBe('ValidationFailed');
    for (const check of CHECKS) {
      expect(cause).toContain(`${check} is not well`);
      expect(runbook.world.calls(`check-${check}`)).toBe(3);
      expect(gathered()[check]?.error).toBe('NotReadyError');
    }
  });

  test('among chosen ones is reported as well', async () => {
    runbook.world.functions['check-backend'] = failing(99, notReady('backend'), () => undefined);
    const { error, cause, states } = await runbook.run('validate', {
      environment: 'dev',
      checks: ['backend', 'ecr-images'],
    });
    expect(error).toBe('ValidationFailed');
    expect(cause).toContain('backend is not well');
    expect(states).toContain('Report chosen check');
  });
});

describe('a check that could not look is unknown, never passed', () => {
  test.each([
    ['a dependency that stays away', 'DependencyError', 5],
    ['a refused input', 'InputError', 1],
    ['a crash', 'TypeError', 1],
    ['a missing function', 'ResourceNotFoundException', 1],
  ])('%s', async (_, error, calls) => {
    runbook.world.functions['check-worker-logs'] = failing(99, named(error, 'denied'), () => undefined);
    const validation = await runbook.run('validate', { environment: 'dev' });
    expect(validation.error).toBe('ValidationFailed');
    expect(validation.cause).toContain('worker-logs');
    expect(runbook.world.calls('check-worker-logs')).toBe(calls);
    const results = gathered();
    expect(results['worker-logs']?.error).toContain(error);
    expect(results['worker-logs']?.cause).toContain('denied');
    expect(Object.values(results).filter(({ status }) => status === 'passed')).toHaveLength(CHECKS.length - 1);
  });

  test('whichever it is', async () => {
    for (const check of CHECKS) {
      runbook.world.functions[`check-${check}`] = failing(99, named('SafetyError', `no ${check}`), () => undefined);
    }
    expect((await runbook.run('validate', { environment: 'dev' })).error).toBe('ValidationFailed');
    for (const check of CHECKS) {
      expect(gathered()[check]).toMatchObject({ error: 'SafetyError', cause: expect.stringContaining(`no ${check}`) });
    }
  });

  test('as its own result says', async () => {
    runbook.world.functions['check-worker-logs'] = () => checkResult('worker-logs', 'unknown');
    expect((await runbook.run('validate', { environment: 'dev' })).error).toBe('ValidationFailed');
  });
});
