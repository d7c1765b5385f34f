import { afterEach, expect, test } from 'vitest';
import type { Sweeper, SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';
import { aRequest } from '../support/fixtures.ts';

/** EC2 lists a volume for some time after its deletion. The states are those of the API reference of `Volume`. */

let end = () => {};
afterEach(() => end());

test.each([
  ['creating', 'PRESENT'],
  ['available', 'PRESENT'],
  ['in-use', 'PRESENT'],
  ['deleting', 'PRESENT'],
  ['deleted', 'ABSENT'],
  ['error', 'PRESENT'],
])('a volume that is %s is %s', async (state, status) => {
  end = await serveAws((_, response) => {
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        `<R><requestId>r</requestId><volumeSet><item><volumeId>vol-0123456789abcdef0</volumeId><status>${state}</status><size>8</size></item></volumeSet></R>`,
      );
  });
  const { sweeper } = (await import('../../../../lambdas/aws/sweepers/ec2.ts')) as { sweeper: Sweeper };
  const found = await sweeper.confirm({ type: 'volume', id: 'vol-0123456789abcdef0' }, {
    request: aRequest(),
  } as SweepScope);
  expect(found.status).toBe(status);
});
