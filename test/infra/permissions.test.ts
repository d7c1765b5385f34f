import { describe, expect, test } from 'vitest';
import config from '../../runbook.config.ts';
import { flat, runbook, type Statement } from './support/runbook.ts';

/** Who assumes each role, and how large its policies are. `authorization-reference.test.ts` reads what they grant. */

const { template } = runbook({
  terraform: { ...config.terraform, permissionsBoundary: 'arn:aws:iam::123456789012:policy/bound' },
  github: { repository: 'some/repository', branch: 'main' },
});

interface Policy {
  PolicyDocument: { Statement: Statement[] };
}
interface Trust {
  Principal: { Service?: unknown };
  Condition?: { StringEquals?: Record<string, unknown> };
}
const resources = (type: string) =>
  Object.entries(template.findResources(type)) as [string, { Properties: Record<string, unknown> }][];
const roles = resources('AWS::IAM::Role');
const inline = roles.flatMap(([id, { Properties }]) =>
  ((Properties.Policies ?? []) as Policy[]).map(({ PolicyDocument }) => [id, PolicyDocument] as const),
);

const managed = resources('AWS::IAM::ManagedPolicy').map(
  ([id, { Properties }]) => [id, (Properties as unknown as Policy).PolicyDocument] as const,
);
/** What CloudFormation puts into a role afterwards is inline too. */
const inlineOfRoles = [
  ...inline,
  ...resources('AWS::IAM::Policy').flatMap(([, { Properties }]) =>
    (Properties.Roles as { Ref: string }[]).map(
      ({ Ref }) => [Ref, (Properties as unknown as Policy).PolicyDocument] as const,
    ),
  ),
];
/** As IAM counts, with intrinsics resolved to something of a usual length. */
const sizeOf = (document: unknown) =>
  JSON.stringify(document, (_, part: unknown) =>
    part !== null && typeof part === 'object' && Object.keys(part).some((key) => /^(Fn::|Ref$)/.test(key))
      ? arnOf(part)
      : part,
  ).length;

/** As an ARN that a pattern of the reference can match. */
const arnOf = (resource: unknown) => flat(resource).replaceAll(/<[^>]*>/g, (name) => NAMES[name] ?? name);
const NAMES: Record<string, string> = {
  '<AWS::Partition>': 'aws',
  '<AWS::Region>': 'eu-west-1',
  '<AWS::AccountId>': '123456789012',
};

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

  // IAM and STS quotas: 10,240 characters for all inline policies of a role, 6,144 for a managed one, without white space.
  test('has policies no larger than IAM takes', () => {
    const sizes = new Map<string, number>();
    for (const [id, document] of inlineOfRoles) sizes.set(id, (sizes.get(id) ?? 0) + sizeOf(document));
    console.log(
      [...sizes].sort((a, b) => b[1] - a[1]).slice(0, 8),
      managed.map(([id, d]) => [id, sizeOf(d)]),
    );
    expect([...sizes].filter(([, size]) => size > 10_240)).toEqual([]);
    expect(managed.map(([id, document]) => [id, sizeOf(document)]).filter(([, size]) => Number(size) > 6_144)).toEqual(
      [],
    );
  });
});
