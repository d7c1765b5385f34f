import { PassThrough } from 'node:stream';
import { NoSuchBucket } from '@aws-sdk/client-s3';
import { marshall } from '@aws-sdk/util-dynamodb';
import { describe, expect, test } from 'vitest';
import type { OperatorAccount } from '../../../../cli/commands/account.ts';
import { mayTearDown } from '../../../../cli/commands/teardown.ts';
import { aRecord } from '../../lambdas/support/fixtures.ts';

const STATE = JSON.stringify({
  version: 4,
  lineage: 'one',
  resources: [{ mode: 'managed', type: 'aws_sqs_queue', name: 'x', instances: [{}, {}] }],
});
const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 19)}Z`;
const protection = {
  until: inDays(2),
  by: 'arn:aws:states:eu-west-1:1:execution:runbook-protect:ada',
  at: inDays(-1),
  reason: 'demo on Friday',
};

function account(item: Record<string, unknown> | undefined, state: () => string = () => STATE) {
  return {
    accountId: '123456789012',
    dynamodb: { send: async () => ({ Item: item && marshall(item, { removeUndefinedValues: true }) }) },
    s3: { send: async () => ({ Body: { transformToString: async () => state() } }) },
  } as unknown as OperatorAccount;
}

async function asked(of: OperatorAccount, answer: string) {
  const terminal = { input: Object.assign(new PassThrough(), { isTTY: true }), output: new PassThrough() };
  terminal.input.write(answer);
  const agreed = await mayTearDown(of, 'dev', terminal);
  return { agreed, shown: String(terminal.output.read()) };
}

describe('before a teardown', () => {
  test('a person sees what is destroyed, and is asked', async () => {
    const record = aRecord({ protection: protection as never, usdPerHour: 0.09 });
    const { agreed, shown } = await asked(account(record), 'y\n');
    expect(agreed).toBe(true);
    for (const line of [
      /^environment +dev$/m,
      /^status +LIVE$/m,
      /^last run +provision:earlier, since /m,
      /^resources +2 in Terra/m,
    ])
      expect(shown).toMatch(line);
    expect(shown).toMatch(/^protected +until .* by protect:ada: demo on Friday$/m);
    expect(shown).toMatch(/^cost +about \$0\.09 an hour/m);
    expect(shown).toContain('Destroy dev? [y/N] ');
  });

  test.each(['n\n', '\n', 'dev\n'])('%j destroys nothing', async (answer) => {
    expect((await asked(account(aRecord()), answer)).agreed).toBe(false);
  });

  test.each<[string, Record<string, unknown> | undefined, RegExp]>([
    ['has no record', undefined, /"dev" is not known here.*\nA teardown takes what carries the name and the tags/],
    ['has a record that cannot be read', { environment: 'dev' }, /is malformed: .*\nA teardown takes what carries/],
  ])('an environment that %s is said to be so', async (_, item, message) => {
    expect((await asked(account(item), 'y\n')).shown).toMatch(message);
  });

  test.each<[string, () => string, RegExp]>([
    ['is not there', () => raise(new NoSuchBucket({ message: 'no', $metadata: {} })), /^resources +none in Terraform/m],
    ['is denied', () => raise(new Error('AccessDenied')), /^resources +unknown: s3:.*could not be read/m],
    ['is no state', () => '<html>', /^resources +unknown: /m],
  ])('a state that %s is not counted as empty', async (_, state, line) => {
    expect((await asked(account(aRecord(), state), 'y\n')).shown).toMatch(line);
  });

  test('a script is asked for --yes, before anything is read', async () => {
    const terminal = { input: new PassThrough(), output: new PassThrough() };
    await expect(mayTearDown({} as OperatorAccount, 'dev', terminal)).rejects.toThrow(
      'a teardown destroys "dev", and there is no terminal to ask on: add --yes',
    );
  });
});

function raise(error: Error): never {
  throw error;
}
