import { expect, test } from 'vitest';
import { actionReference } from '../../../iam/reference.ts';

test('a type whose ARNs have two forms is known by both', async () => {
  const types = (await actionReference('apigateway', 'GET'))?.resourceTypes ?? [];
  const stage = types.find(({ name }) => name === 'Stage');
  for (const api of ['apis', 'restapis']) {
    expect(stage?.arn.test(`arn:aws:apigateway:eu-west-1::/${api}/abc/stages/prod`), api).toBe(true);
  }
  expect(stage?.arn.test('arn:aws:apigateway:eu-west-1::/domainnames/example.com')).toBe(false);
});
