import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveAws } from '../support/aws-server.ts';

/** Some resources exist and cost money, although EC2 lists them only on request. */

const asked: URLSearchParams[] = [];
let end: () => void;

beforeAll(async () => {
  end = await serveAws(async (request, response) => {
    const query = new URLSearchParams(await text(request));
    asked.push(query);
    response.writeHead(200, { 'content-type': 'text/xml' }).end(`<${query.get('Action')}Response/>`);
  });
});
afterAll(() => end());

/**
 * EC2 hides managed resources when the account's settings say so, and disabled images always. The source is the pages
 * of these calls in https://docs.aws.amazon.com/AWSEC2/latest/APIReference/
 */
test.each([
  ['instance', 'IncludeManagedResources'],
  ['volume', 'IncludeManagedResources'],
  ['network-interface', 'IncludeManagedResources'],
  ['launch-template', 'IncludeManagedResources'],
  ['image', 'IncludeDisabled'],
])('a %s that EC2 hides is asked for', async (type, member) => {
  const { KINDS } = await import('../../../../lambdas/aws/sweepers/ec2-kinds.ts');
  const kind = KINDS.find((one) => one.type === type);
  asked.length = 0;
  try {
    for await (const _ of kind?.find([{ Name: 'tag:environment', Values: ['dev'] }]) ?? []);
  } catch {
    // The answer has no list. The test reads the request only.
  }
  expect(asked).toHaveLength(1);
  expect(asked[0]?.get(member)).toBe('true');
});
