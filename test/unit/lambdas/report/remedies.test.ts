import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plainText, REMEDIES, remedyOf, remedyTable, VERDICT_REMEDIES } from '../../../../lambdas/report/remedies.ts';

const manual = readFileSync(resolve(import.meta.dirname, '../../../../docs/operating.md'), 'utf8');

test('docs/operating.md has the remedies that a report shows', () => {
  const [, section = ''] = manual.split('## A validation failed\n');
  const table = section.split('\n\n').find((part) => part.startsWith('|'));
  expect(table).toBe(remedyTable());
});

test.each(Object.entries(VERDICT_REMEDIES))('docs/operating.md has that of %s', (verdict, { means, action }) => {
  expect(manual).toContain(`| \`${verdict}\` | ${means} | ${action} |`);
});

describe('a remedy', () => {
  test.each<[check: string, status: 'failed' | 'unknown', observed: string, action: RegExp | undefined]>([
    [
      'ecs-services',
      'failed',
      'api: 3 tasks stopped since the deployment, last: CannotPullContainerError: x',
      /ecr-images/,
    ],
    ['ecs-services', 'failed', 'api: rollout FAILED: circuit breaker', /known to be good/],
    ['ecs-services', 'failed', 'api: TaskFailedToStart, migrate: exit 1', /migrate\/<task>/],
    ['ecs-services', 'failed', 'runs api:8, but Terraform applied api:7', /provision again/],
    ['ecs-services', 'unknown', 'runs api:8, and the record does not say what Terraform applied: x', /provision the/],
    ['alb-health', 'failed', 'GET /actuator/health: 503 DOWN', /security groups/],
    ['alb-health', 'failed', 'target 10.0.0.1 is no running task of api', /deregister/],
    ['worker-logs', 'unknown', 'there are more log events in x than could be read: y', /log less/],
    ['worker-logs', 'failed', 'log group /ecs/dev/worker does not exist', /provision the environment again/],
    ['e2e-order', 'unknown', 'ResourceNotFoundException: The specified log group does not exist.', /Terraform creates/],
    ['ecr-images', 'failed', 'repository api does not exist', /Terraform creates/],
    ['own', 'failed', 'order 1 does not exist', undefined],
    ['e2e-order', 'failed', 'order 1 was not seen by the worker', /does not consume/],
    ['sqs-backlog', 'failed', '1 message in the dead-letter queue', /purge/],
    ['ecr-images', 'failed', 'api: stable is sha256:1, but abc is sha256:2', /should be live/],
    ['ecr-images', 'unknown', 'AccessDeniedException', /permission/],
    ['own', 'unknown', 'AccessDeniedException', /permission/],
    ['front-door', 'failed', 'http https://x: the certificate ends in 3 days, and at least 14 are wanted', /ACM/],
    ['front-door', 'failed', 'http https://x: 404 instead of 200, ""', /deployment of it that is missing/],
    ['front-door', 'failed', 'sqs jobs: 3 messages, and 0 are allowed; lambda api: Failed', /consumer/],
    ['front-door', 'failed', 'lambda x-sqs: the invocation failed (Unhandled): "{}"', /log group of the function/],
    ['front-door', 'unknown', 'alarms a: INSUFFICIENT_DATA (no data)', /waitSeconds/],
    ['front-door', 'unknown', 'rds db: CloudWatch has no data point of X in the last 10 minutes', /validate again/],
    ['backend', 'failed', 'sqs jobs: 3 messages, and 0 are allowed', undefined],
    ['own', 'failed', '503', undefined],
    ['backend', 'failed', 'bucket x is not versioned', undefined],
  ])('of %s %s (%s)', (check, status, observed, action) => {
    const found = remedyOf({ check, status, observed });
    if (action) expect(found?.action).toMatch(action);
    else expect(found).toBeUndefined();
  });

  test('is of nothing that passed', () => {
    expect(remedyOf({ check: 'alb-health', status: 'passed', observed: '503' })).toBeUndefined();
  });

  test('is a sentence without Markdown where there is none', () => {
    for (const { action, means } of REMEDIES)
      for (const text of [plainText(action, 'dev'), plainText(means, 'dev')])
        expect(text).toMatch(/^[^a-z][^`*[\]]*[.?!]$/);
  });
});
