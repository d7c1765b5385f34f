import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { diagnoseQuota, quotasOf } from '../../../../operator/commands/quotas.ts';

const STACK = resolve(import.meta.dirname, '../../../../infra/aws-v3/stack');
const quota = (inUse: () => Promise<number>, needs = 1) => ({
  ...{ name: 'VPCs', service: 'vpc', code: 'L-F678F1CE', needs },
  inUse,
});

describe('a quota', () => {
  test.each([
    [0, 5, 'ok'],
    [4, 5, 'ok'],
    [5, 5, 'failed'],
    [7, 5, 'failed'],
  ])('with %i in use of %i is %s', async (used, limit, status) => {
    const told = await diagnoseQuota(
      quota(async () => used),
      async () => limit,
      'eu-west-1',
    );
    expect(told).toMatchObject({ status, detail: `${used} of ${limit} in use, an environment takes 1` });
  });

  test('that is too low comes with the command that asks for more', async () => {
    const { fix } = await diagnoseQuota(
      quota(async () => 5),
      async () => 5,
      'eu-west-1',
    );
    expect(fix).toBe(
      'aws service-quotas request-service-quota-increase --region eu-west-1 --service-code vpc --quota-code L-F678F1CE --desired-value 6',
    );
  });

  test.each([
    ['the quota', async () => Promise.reject(new Error('denied')), async () => 0],
    ['what is in use', async () => 5, async () => Promise.reject(new Error('denied'))],
  ])('is unknown, and never ok, when %s cannot be read', async (_what, limit, used) => {
    expect(await diagnoseQuota(quota(used, 0), limit, 'eu-west-1')).toMatchObject({
      status: 'unknown',
      detail: expect.stringContaining('cannot be read'),
      fix: expect.stringContaining('L-F678F1CE'),
    });
  });
});

test('what an environment takes is what its Terraform root makes', () => {
  const root = readdirSync(STACK)
    .filter((name) => name.endsWith('.tf'))
    .map((name) => readFileSync(join(STACK, name), 'utf8'))
    .join('\n');
  const made = (type: string) => root.split(`resource "${type}"`).length - 1;
  const needs = Object.fromEntries(quotasOf('eu-west-1').map((one) => [one.name, one.needs]));
  expect(needs).toMatchObject({
    VPCs: made('aws_vpc'),
    'Elastic IPs': made('aws_eip'),
    'NAT gateways in a zone': made('aws_nat_gateway'),
    'application load balancers': made('aws_lb'),
    'database instances': made('aws_db_instance'),
  });
});
