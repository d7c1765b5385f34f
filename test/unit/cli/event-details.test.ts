import { describe, expect, test } from 'vitest';
import { describeFailure, describeOutput } from '../../../cli/event-details.ts';

const json = JSON.stringify;
const result = { check: 'alb-health', status: 'failed', expected: '200', observed: '503' };

describe('a failure', () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ['plain', 'States.Timeout', undefined, 'States.Timeout'],
    ['with a text', 'InputError', 'environment: must be …', 'InputError: environment: must be …'],
    ['of nothing known', undefined, undefined, 'no reason given'],
    [
      'of a Lambda',
      'InputError',
      json({ errorType: 'InputError', errorMessage: 'no such key' }),
      'InputError: no such key',
    ],
    ['of a check', 'NotReadyError', json({ errorMessage: json(result), errorType: 'NotReadyError' }), '503'],
    [
      'of a build',
      'States.TaskFailed',
      json({
        Build: {
          Id: 'runbook-terraform:1',
          BuildStatus: 'FAILED',
          Phases: [
            { PhaseType: 'INSTALL', PhaseStatus: 'SUCCEEDED' },
            { PhaseType: 'BUILD', PhaseStatus: 'FAILED', Contexts: [{ StatusCode: 'X', Message: 'exit status 1' }] },
            { PhaseType: 'COMPLETED' },
          ],
        },
      }),
      'build runbook-terraform:1 FAILED in BUILD: exit status 1',
    ],
    ...(['REFUSED', 'FAILURE'] as const).map((Name): [string, string, string, string] => [
      `of a build that says its ${Name}`,
      'States.TaskFailed',
      json({
        Build: {
          ...{
            Id: 'b:1',
            BuildStatus: 'FAILED',
            Phases: [{ PhaseType: 'BUILD', PhaseStatus: 'FAILED', Contexts: [{ Message: 'exit status 1' }] }],
          },
          ExportedEnvironmentVariables: [{ Name, Value: 'aws_vpc.main: VpcLimitExceeded' }],
        },
      }),
      Name === 'REFUSED'
        ? 'build b:1 was refused: aws_vpc.main: VpcLimitExceeded'
        : 'build b:1 FAILED in BUILD: aws_vpc.main: VpcLimitExceeded',
    ]),
    [
      'that links what is named below it',
      'ValidationFailed',
      'alb-health failed; report: s3://b/r.html; evidence: s3://b/r.json',
      'ValidationFailed: alb-health failed',
    ],
    [
      'of a nested execution',
      'States.TaskFailed',
      json({
        ExecutionArn: 'arn:aws:states:eu-west-1:123456789012:execution:runbook-validate:v1',
        Status: 'FAILED',
        Error: 'ValidationFailed',
        Cause: 'alb-health failed',
      }),
      'execution runbook-validate:v1 FAILED: ValidationFailed: alb-health failed',
    ],
    ['with other JSON', 'E', '{"a":1}', 'E: {"a":1}'],
  ])('%s', (_, error, cause, detail) => {
    expect(describeFailure(error, cause).detail).toBe(detail);
  });
});

describe('an output', () => {
  test('that is a check result says what was observed', () => {
    expect(describeOutput(json(result))).toEqual({ checks: [result], detail: '503' });
  });

  test('of what kept a check from an answer is an unknown result, unless the check had said more', () => {
    const denied = { check: 'backend', error: 'AccessDenied', cause: 'not allowed' };
    const unknown = { check: 'backend', status: 'unknown', observed: 'AccessDenied: not allowed' };
    expect(describeOutput(json(denied)).checks).toEqual([unknown]);
    const late = { check: 'alb-health', error: 'NotReadyError', cause: json({ errorMessage: json(result) }) };
    expect(describeOutput(json(late)).checks).toEqual([result]);
  });

  test('has the counts that say something, and a page rather than its data', () => {
    expect(describeOutput(json({ fencing: 1, seconds: 176, rds_port: 5432, add: 2, destroy: 0 })).detail).toBe(
      'add 2, destroy 0',
    );
    const sweep = { verdict: 'CLEAN', summary: 's', certificate: { bucket: 'b', key: 'c.json', html: 'c.html' } };
    expect(describeOutput(json(sweep)).sweep?.certificate).toBe('s3://b/c.html');
  });

  test('of a person who refuses is no success', () => {
    expect(describeOutput('{"approved":false,"reason":"too dear"}')).toEqual({
      checks: [],
      refused: true,
      detail: 'refused: too dear',
    });
  });

  test.each([undefined, '', '{"cut', '[]', 'null', '"text"', '{"nested":{"a":1}}'])(
    '%j has nothing to say',
    (output) => {
      expect(describeOutput(output)).toEqual({ checks: [] });
    },
  );
});
