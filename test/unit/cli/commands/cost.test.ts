import { NoSuchKey } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import { costOfLiving, describeCost } from '../../../../cli/commands/cost.ts';
import { wrap } from '../../../../cli/wrap.ts';
import { parseState } from '../../../../lambdas/plan/terraform-state.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';
import { anAccount, NOW, runCli } from '../support/cli.ts';

const state = (count: number) =>
  JSON.stringify({
    ...{ version: 4, lineage: 'one' },
    resources: [
      {
        ...{ mode: 'managed', type: 'aws_lb', name: 'x', provider: 'provider["registry.terraform.io/hashicorp/aws"]' },
        instances: Array.from({ length: count }, (_, index) => ({ attributes: { id: `lb-${index}` } })),
      },
    ],
  });
const absent = () => {
  throw new NoSuchKey({ message: 'no', $metadata: {} });
};
const account = (record: object, object: () => string = () => state(1)) =>
  anAccount({
    GetItem: () => ({ Item: marshall(aRecord(record), { removeUndefinedValues: true }) }),
    GetObject: () => ({
      Body: { transformToString: async () => object(), transformToByteArray: async () => Buffer.from(object()) },
    }),
  });
const lastSweep = {
  verdict: 'CLEAN',
  at: '2026-01-31T13:00:00Z',
  execution: 'arn:x',
  certificate: 'a/certificate.json',
};

describe('cost', () => {
  test('of what lives: by what, an hour, so far, until its end, and if it stayed', async () => {
    const { out, code } = await runCli(['cost', 'dev'], { account: account({ usdPerHour: 0.0352 }) });
    expect(code).toBe(0);
    expect(out.split('\n').map((line) => line.replace(/\s+/g, ' '))).toEqual([
      'load balancer 1 $0.0252',
      'public IPv4 address 2 $0.0100',
      'an hour $0.0352',
      'so far $0.0528',
      expect.stringMatching(/^until \w+ \d+ \w+ \d\d:\d\d .* \(in 6 h 30 min\) \$0\.2816$/),
      'a month, if it stayed $25.70',
      expect.stringMatching(/estimate.*eu-west-1/i),
      '',
    ]);
  });

  test.each([80, 60, 40])('on %i columns, each figure is beside what it is of', (columns) => {
    const cost = costOfLiving(
      aRecord({ usdPerHour: 0.0352, maxCostUsd: 5 }),
      { kind: 'found', state: parseState(state(1)) },
      NOW,
    );
    const shown = wrap(describeCost(cost, NOW, 'UTC', columns).join('\n'), columns).split('\n');
    expect(shown.filter((line) => line.length > columns)).toEqual([]);
    expect(shown.filter((line) => /^\s*\$/.test(line))).toEqual([]);
    for (const label of ['load balancer', 'an hour', 'so far', 'until Sat', 'at most', 'a month'])
      expect(shown.find((line) => line.startsWith(label))).toMatch(/ \$\d+\.\d+$/);
  });

  test('of a state that cannot be read, as far as the record knows', async () => {
    const { out } = await runCli(['cost', 'dev'], { account: account({ usdPerHour: 0.1 }, () => '<html>') });
    expect(out).toMatch(/^an hour +\$0\.1000$/m);
    expect(out).toContain(
      'By what, is not known: s3://order-platform-dev-v3-tfstate-123456789012/stack/terraform.tfstate could not be read',
    );
  });

  test('for scripts', async () => {
    const { out } = await runCli(['cost', 'dev', '--json'], { account: account({ usdPerHour: 0.1 }) });
    expect(JSON.parse(out)).toMatchObject({
      usdPerHour: 0.1,
      usd: 0.15,
      lines: [{ what: 'load balancer' }, {}],
    });
  });

  test.each<[string, object, () => string, string]>([
    ['nothing was applied', {}, absent, 'costs is not known: nothing has been applied yet'],
    ['the state cannot be read', {}, () => '<html>', 'costs is not known: s3://'],
    [
      'it is gone, and no certificate says it',
      { status: 'GONE', lastSweep },
      absent,
      'has cost is not known: its certificate does not say',
    ],
  ])('nobody knows it where %s', async (_, record, object, message) => {
    expect(await runCli(['cost', 'dev'], { account: account(record, object) })).toMatchObject({
      ...{ code: 2, out: '' },
      err: expect.stringContaining(message),
    });
  });
});

describe('open', () => {
  test.each<[string, string]>([
    ['alb', 'http://order-platform-dev-v3-alb-1.eu-west-1.elb.amazonaws.com'],
    [
      'dashboard',
      'https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/runbook',
    ],
    [
      'console',
      'https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/arn:aws:states:eu-west-1:123456789012:execution:runbook-provision:earlier',
    ],
  ])('%s', async (page, url) => {
    expect(await runCli(['open', 'dev', page], { account: account({}) })).toMatchObject({ out: `${url}\n`, shown: [] });
    expect((await runCli(['open', 'dev', page], { account: account({}), typed: '' })).shown).toEqual([url]);
    expect((await runCli(['open', 'dev', page, '--no-browser'], { account: account({}), typed: '' })).shown).toEqual(
      [],
    );
  });

  test.each<[string[], object, string]>([
    [['open', 'dev', 'console'], {}, 'the lab at http://127.0.0.1:4566 has no console: npx runbook watch dev'],
    [['open', 'dev', 'dashboard'], {}, 'the lab at http://127.0.0.1:4566 has no console: npx runbook board --open'],
    [['open', 'dev', 'alb'], { outputs: {} }, 'environment "dev" has no address, or none yet'],
    [['open', 'dev', 'report'], {}, 'has no validation of all checks yet: npx runbook validate dev'],
    [
      ['open', 'dev', 'page'],
      {},
      "'page' is invalid for argument 'page'. Allowed choices are report, certificate, console, dashboard, application, alb",
    ],
  ])('%j has nothing to open', async (args, record, message) => {
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
    expect(await runCli(args, { account: account(record), environment })).toMatchObject({
      ...{ code: 2, out: '', shown: [] },
      err: expect.stringContaining(message),
    });
  });
});

describe('the program itself', () => {
  test('says its version', async () => {
    expect(await runCli(['--version'])).toMatchObject({ code: 0, out: '1.2.3\n' });
  });

  test.each([[['--env-file', 'lab.env', 'cost', 'dev']], [['cost', 'dev', '--env-file', 'lab.env']]])(
    'takes variables from a file: %j',
    async (args) => {
      const { loaded } = await runCli(args, { account: account({ usdPerHour: 0.1 }), now: NOW });
      expect(loaded).toEqual(['lab.env']);
    },
  );
});
