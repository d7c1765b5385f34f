import { describe, expect, test } from 'vitest';
import config from '../../runbook.config.ts';
import { flat, runbook } from './support/runbook.ts';

/**
 * The tests check who assumes each role. `authorization-reference.test.ts` checks what its policies grant, and
 * `limits.test.ts` checks their size.
 */

const { template } = runbook({
  terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
  github: { repository: 'some/repository', branch: 'main' },
});

interface Trust {
  Principal: { Service?: unknown };
  Condition?: { StringEquals?: Record<string, unknown> };
}
const resources = (type: string) =>
  Object.entries(template.findResources(type)) as [string, { Properties: Record<string, unknown> }][];
const roles = resources('AWS::IAM::Role');

describe('every role', () => {
  test('has policies of its own and none of AWS', () => {
    for (const [id, { Properties }] of roles) {
      expect(JSON.stringify(Properties.ManagedPolicyArns ?? []), id).not.toContain(':aws:policy/');
    }
    expect(roles.length).toBeGreaterThan(30);
  });

  test.each(['states', 'codebuild', 'scheduler'])('that %s assumes is assumed for this account only', (service) => {
    const trusts = roles
      .flatMap(([, { Properties }]) => (Properties.AssumeRolePolicyDocument as { Statement: Trust[] }).Statement)
      .filter(({ Principal }) => flat(Principal.Service) === `${service}.amazonaws.com`);
    expect(trusts.length).toBeGreaterThan(0);
    for (const { Condition } of trusts) {
      expect(flat(Condition?.StringEquals?.['aws:SourceAccount'])).toBe('<AWS::AccountId>');
    }
  });
});

// IAM, S3, KMS and SNS refuse a policy with a principal that does not exist yet:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency
test('no policy names a role as its principal, which the same deployment has made a second before', () => {
  const named: unknown[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { Principal } = value as { Principal?: { AWS?: unknown } };
    if (Principal?.AWS !== undefined) named.push(Principal.AWS);
    for (const one of Object.values(value)) look(one);
  };
  look(template.toJSON().Resources);
  expect(named.length).toBeGreaterThan(3);
  expect(named.map(flat).filter((one) => !/^(\*|arn:<AWS::Partition>:iam::<AWS::AccountId>:root)$/.test(one))).toEqual(
    [],
  );
});
