import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { platformsOf } from '../../../cli/diagnose.ts';
import { diagnoseBuilds, diagnoseQuota, quotasOf } from '../../../cli/quotas.ts';

const STACK = resolve(import.meta.dirname, '../../../infra/aws-v3/stack');
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

describe.each([
  ['ARM_CONTAINER', 'CodeBuild concurrent builds', 'L-5ED1D25B', 'ARM/Small'],
  ['LINUX_CONTAINER', 'CodeBuild concurrent builds of x86-64 images', 'L-9D07B6EF', 'Linux/Small'],
] as const)('concurrent builds in an %s', (platform, name, code, type) => {
  test.each([
    [0, 0, 'failed', 'a build that cannot start'],
    [1, 0, 'warning', 'an environment takes 1, and 2 environments 2; the others wait, 5 of them in CodeBuild'],
    [2, 0, 'ok', `2 at once (Concurrently running builds for ${type} environment)`],
    [2, 1, 'ok', '2 at once'],
    [4, 5, 'warning', '5 environments 5; the others wait, 20 of them'],
    [60, 5, 'ok', '60 at once'],
  ])('under a quota of %i with %i environments are %s', async (limit, environments, status, detail) => {
    const allowed = async ({ code: asked }: { code: string }) => (asked === code ? limit : Number.NaN);
    const told = await diagnoseBuilds(allowed, environments, 'eu-west-1', platform);
    expect(told).toMatchObject({ name, status, detail: expect.stringContaining(detail) });
    const fix = `aws service-quotas request-service-quota-increase --region eu-west-1 --service-code codebuild --quota-code ${code} --desired-value ${Math.max(2, environments)}`;
    expect(told.fix).toBe(status === 'ok' ? undefined : fix);
  });

  test('are unknown, and never ok, when the quota cannot be read', async () => {
    const told = await diagnoseBuilds(async () => Promise.reject(new Error('denied')), 0, 'eu-west-1', platform);
    expect(told).toMatchObject({ name, status: 'unknown', detail: expect.stringContaining('cannot be read') });
  });
});

test.each<[string, () => Promise<object>, string[]]>([
  [
    'those of the projects',
    async () => ({ projects: [{ environment: { type: 'LINUX_CONTAINER' } }] }),
    ['LINUX_CONTAINER'],
  ],
  [
    'each once',
    async () => ({ projects: [1, 2].map(() => ({ environment: { type: 'ARM_CONTAINER' } })) }),
    ['ARM_CONTAINER'],
  ],
  [
    'those of the configuration before the first deployment',
    async () => ({ projects: [] }),
    ['ARM_CONTAINER', 'LINUX_CONTAINER'],
  ],
  [
    'those of the configuration where projects cannot be read',
    async () => Promise.reject(new Error('denied')),
    ['ARM_CONTAINER', 'LINUX_CONTAINER'],
  ],
])('platforms of builds are %s', async (_, send, expected) => {
  expect(await platformsOf({ codebuild: { send } as never }, ['ARM_CONTAINER', 'LINUX_CONTAINER'])).toEqual(expected);
});
