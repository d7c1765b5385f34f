import { afterEach, expect, test } from 'vitest';
import type { Remover } from '../../../../lambdas/aws/removers.ts';
import type { Sweeper, SweepScope } from '../../../../lambdas/sweep/sweep-service.ts';
import { serveAws } from '../support/aws-server.ts';
import { ACCOUNT, aRequest } from '../support/fixtures.ts';

/** The name of a bus may contain slashes. A rule is asked for and removed on its own bus, and on no other one. */

let end = () => {};
afterEach(() => end());

const BUSES = [undefined, 'shop', 'shop/dev', 'aws.partner/example.com/7'];

/** Every bus has a rule of this name. @returns the buses that were asked, by operation */
async function serve(): Promise<[operation: string, bus: unknown, rule: unknown][]> {
  const asked: [string, unknown, unknown][] = [];
  end = await serveAws(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { Name, Rule = Name, EventBusName } = JSON.parse(text);
    const operation = `${request.headers['x-amz-target']}`.split('.').at(-1) ?? '';
    asked.push([operation, EventBusName, Rule]);
    response.setHeader('content-type', 'application/x-amz-json-1.1');
    response.end(JSON.stringify(operation === 'ListTargetsByRule' ? { Targets: [{ Id: 't' }] } : { State: 'ENABLED' }));
  });
  return asked;
}

test.each(BUSES)('a rule of bus %s is found and removed there', async (bus) => {
  const asked = await serve();
  const { sweeper } = (await import('../../../../lambdas/aws/sweepers/events.ts')) as { sweeper: Sweeper };
  const { remover } = (await import('../../../../lambdas/aws/removers/events.ts')) as { remover: Remover };
  const scope = { partition: 'aws', region: 'eu-west-1', accountId: ACCOUNT };
  const found = sweeper.fromArn(`arn:aws:events:eu-west-1:${ACCOUNT}:rule/${bus ? `${bus}/` : ''}dev-rule`);
  if (typeof found !== 'object') throw new Error('not found');
  const { status, reason } = await sweeper.confirm(found, { request: aRequest() } as SweepScope);
  await remover.rule?.remove(
    { ...found, service: 'events', source: 'tag', status, reason, arn: found.arn ?? '' },
    scope,
  );
  expect(asked).toEqual(
    ['DescribeRule', 'ListTargetsByRule', 'RemoveTargets', 'DeleteRule'].map((one) => [one, bus, 'dev-rule']),
  );
});
