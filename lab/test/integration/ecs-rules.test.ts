import { describe, expect, test } from 'vitest';
import { parseImage } from '../../ecs/image.ts';
import { addressAt } from '../../ecs/network.ts';
import { circuitBreakerThreshold, nextSteps, restartDelayMs } from '../../ecs/rollout.ts';
import { parseValueFrom } from '../../ecs/secrets.ts';

/** `P`/`p` is a healthy/unhealthy task of the PRIMARY deployment, and `O`/`o` one of an older deployment. */
const tasks = (picture: string) =>
  [...picture].map((letter, index) => ({
    id: `${letter}${index}`,
    primary: letter.toLowerCase() === 'p',
    healthy: letter === letter.toUpperCase(),
  }));

describe('a rolling deployment', () => {
  test.each([
    ['starts all of a new service', 2, 100, 200, '', 2, []],
    ['waits for what has started', 2, 100, 200, 'pp', 0, []],
    ['is done', 2, 100, 200, 'PP', 0, []],
    ['starts new tasks beside the old', 2, 100, 200, 'OO', 2, []],
    ['keeps old tasks until new ones are healthy', 2, 100, 200, 'OOpp', 0, []],
    ['stops an old task for each new healthy one', 2, 100, 200, 'OOPp', 0, ['O0']],
    ['stops all old tasks in the end', 2, 100, 200, 'OOPP', 0, ['O0', 'O1']],
    ['stops old tasks first when it may not exceed desired', 2, 50, 100, 'OO', 1, ['O0']],
    ['moves nothing when it may do neither', 1, 100, 100, 'O', 0, []],
    ['gives up old tasks at once when nothing must be healthy', 1, 0, 100, 'O', 1, ['O0']],
    ['stops unhealthy old tasks whatever the minimum', 2, 100, 200, 'oopp', 0, ['o1', 'o0']],
    ['scales out', 3, 100, 200, 'P', 2, []],
    ['scales in, unhealthy and newest first', 1, 100, 200, 'PPp', 0, ['p2', 'P1']],
    ['scales to nothing', 0, 100, 200, 'PO', 0, ['P0', 'O1']],
    ['rounds the ceiling down', 3, 0, 150, 'OOO', 3, ['O0', 'O1', 'O2']],
    ['stays under the ceiling', 3, 100, 150, 'OOO', 1, []],
  ])('%s', (_what, desiredCount, minimumHealthyPercent, maximumPercent, picture, start, stop) => {
    const steps = nextSteps({ desiredCount, minimumHealthyPercent, maximumPercent, tasks: tasks(picture) });
    expect(steps).toEqual({ start, stop });
  });

  test.each([
    [1, 3],
    [6, 3],
    [7, 4],
    [25, 13],
    [1000, 200],
  ])('breaks the circuit of %i tasks after %i failures', (desired, threshold) => {
    expect(circuitBreakerThreshold(desired)).toBe(threshold);
  });

  test('waits longer after each failure, up to a limit', () => {
    expect([0, 1, 2, 3, 20].map(restartDelayMs)).toEqual([0, 250, 500, 1_000, 15_000]);
  });
});

describe('names', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  test.each([
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/a/b:1.0', 'a/b', { imageTag: '1.0' }],
    ['123456789012.dkr.ecr.eu-west-1.amazonaws.com/a', 'a', { imageTag: 'latest' }],
    [`123456789012.dkr.ecr.eu-west-1.amazonaws.com/a@${digest}`, 'a', { imageDigest: digest }],
    [`123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:t@${digest}`, 'a', { imageDigest: digest }],
  ])('image %s', (image, repository, imageId) => {
    expect(parseImage(image)).toEqual({ accountId: '123456789012', region: 'eu-west-1', repository, imageId });
  });

  test.each(['nginx', 'public.ecr.aws/nginx/nginx:1', ''])('not an ECR image: %j', (image) => {
    expect(parseImage(image)).toBeUndefined();
  });

  const secret = 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:rds!db-1-AbCdEf';
  test.each([
    [secret, { store: 'secretsmanager', id: secret }],
    [`${secret}:password::`, { store: 'secretsmanager', id: secret, key: 'password' }],
    [
      `${secret}:k:AWSPREVIOUS:v1`,
      { store: 'secretsmanager', id: secret, key: 'k', versionStage: 'AWSPREVIOUS', versionId: 'v1' },
    ],
    ['arn:aws:ssm:eu-west-1:123456789012:parameter/a/b', { store: 'ssm', name: '/a/b' }],
    ['arn:aws:ssm:eu-west-1:123456789012:parameter/plain', { store: 'ssm', name: 'plain' }],
    ['plain', { store: 'ssm', name: 'plain' }],
  ])('valueFrom %s', (valueFrom, reference) => {
    expect(parseValueFrom(valueFrom)).toEqual(reference);
  });

  test.each([
    ['10.0.0.0/24', 100, '10.0.0.100'],
    ['10.0.1.0/20', 300, '10.0.2.44'],
  ])('address %s + %i', (cidr, offset, address) => expect(addressAt(cidr, offset)).toBe(address));
});
