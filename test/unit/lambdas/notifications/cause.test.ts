import { expect, test } from 'vitest';
import { readableCause } from '../../../../lambdas/notifications/cause.ts';

const build = (Phases: unknown, Logs: unknown) =>
  JSON.stringify({ Build: { Id: 'runbook-terraform:5', BuildStatus: 'FAILED', Phases, Logs } });

test.each([
  ['a plain one', 'sqs-backlog (dead letters)', 'sqs-backlog (dead letters)'],
  ['a Lambda’s', JSON.stringify({ errorType: 'InputError', errorMessage: 'bad', trace: ['at z'] }), 'bad'],
  [
    'a nested execution’s',
    JSON.stringify({ Error: 'States.TaskFailed', Cause: JSON.stringify({ Error: 'LeftoversFound', Cause: '1 left' }) }),
    'States.TaskFailed: LeftoversFound: 1 left',
  ],
  [
    'a build’s',
    build(
      [
        { PhaseType: 'INSTALL', PhaseStatus: 'SUCCEEDED' },
        { PhaseType: 'BUILD', PhaseStatus: 'FAILED' },
      ],
      {
        DeepLink: 'https://logs',
      },
    ),
    'build runbook-terraform:5 is FAILED in BUILD; its log: https://logs',
  ],
  [
    'a build’s that was refused',
    JSON.stringify({
      Build: {
        ...{
          Id: 'runbook-terraform:5',
          BuildStatus: 'FAILED',
          Phases: [{ PhaseType: 'BUILD', PhaseStatus: 'FAILED' }],
        },
        ExportedEnvironmentVariables: [
          { Name: 'PLAN_ADD', Value: '' },
          { Name: 'REFUSED', Value: 'it belongs to x' },
        ],
      },
    }),
    'build runbook-terraform:5 was refused: it belongs to x',
  ],
  [
    'a build’s that says why',
    JSON.stringify({
      Build: {
        ...{ Id: 'b:5', BuildStatus: 'FAILED', Phases: [{ PhaseType: 'BUILD', PhaseStatus: 'FAILED' }] },
        Logs: { DeepLink: 'https://logs' },
        ExportedEnvironmentVariables: [
          { Name: 'REFUSED', Value: '' },
          { Name: 'FAILURE', Value: 'aws_subnet.a (subnet-1): used by network interface eni-1. Next: aws x' },
        ],
      },
    }),
    'build b:5 is FAILED in BUILD: aws_subnet.a (subnet-1): used by network interface eni-1. Next: aws x; its log: https://logs',
  ],
  ['a build’s that never began', build(undefined, undefined), 'build runbook-terraform:5 is FAILED'],
  ['JSON of something else', '{"a":1}', '{"a":1}'],
  ['JSON that was cut short', '{"Build":', '{"Build":'],
])('of %s cause, what people read', (_, cause, text) => {
  expect(readableCause(cause)).toBe(text);
});
