import { describe, expect, test } from 'vitest';
import { ecrImages, type ServiceImages } from '../../../../../lambdas/validation/checks/ecr-images.ts';

const NEW = `sha256:${'a'.repeat(64)}`;
const OLD = `sha256:${'b'.repeat(64)}`;
const OTHER = `sha256:${'c'.repeat(64)}`;
const running = (...digests: (string | undefined)[]) =>
  digests.map((digest, index) => ({
    task: `task-${index}`,
    image: 'r@x',
    status: 'RUNNING',
    ...(digest ? { digest } : {}),
  }));
const two = (...digests: string[]) => ({ desired: 2, tasks: 2, running: running(...digests) });
const good: ServiceImages = {
  service: 'api-svc',
  repository: 'order-platform-dev-v3-api',
  repositoryExists: true,
  commit: 'abcdef1',
  commitDigest: NEW,
  stableTag: 'api-main',
  stableDigest: NEW,
  platformDigests: [],
  rolling: false,
  desired: 1,
  tasks: 1,
  running: running(NEW),
  strangers: [],
};
const without = (key: 'commitDigest' | 'stableDigest'): ServiceImages => {
  const { [key]: _, ...rest } = good;
  return rest;
};

const rows: [string, ServiceImages, string, RegExp][] = [
  ['everything is that digest', good, 'passed', /1 of 1 tasks run sha256:aaaaaaaaaaaa/],
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
  ['one of two tasks is old', { ...good, ...two(NEW, OLD) }, 'failed', /1 of 2 tasks/],
  ['both tasks are new', { ...good, ...two(NEW, NEW) }, 'passed', /2 of 2 tasks/],
  ['old tasks during a rollout', { ...good, rolling: true, ...two(NEW, OLD) }, 'not-ready', /1 of 2 task/],
  ['nothing runs', { ...good, tasks: 0, running: [] }, 'not-ready', /no task/],
  [
    'one of two tasks runs an image of another repository',
    { ...good, ...two(NEW), strangers: [{ task: 'task-1', images: ['docker.io/api@x'] }] },
    'failed',
    /1 of 2 tasks run no image of order-platform-dev-v3-api, but docker\.io\/api@x/,
  ],
  [
    'an image of another repository, during a rollout',
    { ...good, rolling: true, ...two(NEW), strangers: [{ task: 'task-1', images: ['other'] }] },
    'not-ready',
    /1 of 2 tasks run no image/,
  ],
  [
    'nothing but images of another repository',
    { ...good, running: [], strangers: [{ task: 'task-0', images: ['other'] }] },
    'failed',
    /1 of 1 tasks run no image of order-platform-dev-v3-api, but other/,
  ],
  ['fewer tasks than desired', { ...good, desired: 2 }, 'not-ready', /1\/2 tasks run/],
  [
    'the image that the index of the tag holds for the platform',
    { ...good, platformDigests: [OTHER, OLD], running: running(OLD) },
    'passed',
    /1 of 1 tasks run sha256:aaaaaaaaaaaa/,
  ],
  ['the index itself', { ...good, platformDigests: [OLD] }, 'passed', /1 of 1/],
  [
    'a digest that is neither the index nor in it',
    { ...good, platformDigests: [OLD], running: running(OTHER) },
    'failed',
    /run sha256:cccccccccccc instead/,
  ],
  [
    'a container that has just ended',
    { ...good, running: [{ task: 'task-0', image: 'r@x', status: 'STOPPED', digest: NEW }] },
    'not-ready',
    /the container of a running task is STOPPED/,
  ],
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
