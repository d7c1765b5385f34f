import { describe, expect, test } from 'vitest';
import { ecrImages, type ServiceImages } from '../../../../lambdas/checks/ecr-images.ts';

const NEW = `sha256:${'a'.repeat(64)}`;
const OLD = `sha256:${'b'.repeat(64)}`;
const running = (...digests: (string | undefined)[]) =>
  digests.map((digest, index) => ({ task: `task-${index}`, image: 'r@x', ...(digest ? { digest } : {}) }));
const good: ServiceImages = {
  service: 'api-svc',
  repository: 'order-platform-dev-v3-api',
  repositoryExists: true,
  commit: 'abcdef1',
  commitDigest: NEW,
  stableTag: 'api-main',
  stableDigest: NEW,
  rolling: false,
  running: running(NEW),
};
const without = (key: 'commitDigest' | 'stableDigest'): ServiceImages => {
  const { [key]: _, ...rest } = good;
  return rest;
};

const rows: [string, ServiceImages, string, RegExp][] = [
  ['everything is that digest', good, 'passed', /1 task\(s\) run sha256:aaaaaaaaaaaa/],
  ['no repository', { ...without('commitDigest'), repositoryExists: false }, 'failed', /does not exist/],
  ['no tag of the commit', without('commitDigest'), 'failed', /no image tagged abcdef1/],
  ['no stable tag', without('stableDigest'), 'failed', /no image tagged api-main/],
  ['the stable tag on an older digest', { ...good, stableDigest: OLD }, 'failed', /api-main is sha256:bbb/],
  [
    'tags agree, and an old image runs',
    { ...good, running: running(OLD) },
    'failed',
    /run sha256:bbbbbbbbbbbb instead/,
  ],
  ['one of two tasks is old', { ...good, running: running(NEW, OLD) }, 'failed', /1 task\(s\)/],
  ['old tasks during a rollout', { ...good, rolling: true, running: running(NEW, OLD) }, 'not-ready', /1 task/],
  ['nothing runs', { ...good, running: [] }, 'not-ready', /no task/],
  ['a digest not yet reported', { ...good, running: running(NEW, undefined) }, 'not-ready', /not reported/],
];

describe('ECR images', () => {
  test.each(rows)('%s', (_name, images, status, observed) => {
    expect(ecrImages([images])).toMatchObject({ status, observed: expect.stringMatching(observed) });
  });

  test('one bad service spoils the other', () => {
    expect(ecrImages([good, { ...good, service: 'worker-svc', stableDigest: OLD }]).status).toBe('failed');
  });
});
