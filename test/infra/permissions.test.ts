import { describe, expect, test } from 'vitest';
import { actionReference, REQUEST_TAG, RESOURCE_TAG } from '../../lab/iam/reference.ts';
import config from '../../runbook.config.ts';
import { flat, listOf, runbook, type Statement } from './support/runbook.ts';

/** Every policy of every role, held against AWS's own reference of actions, resources and condition keys. */

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
const managed = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'].flatMap((type) =>
  resources(type).map(([id, { Properties }]) => [id, (Properties as unknown as Policy).PolicyDocument] as const),
);
const allowed = ({ Effect }: Statement) => Effect !== 'Deny';
const grants = [...inline, ...managed].flatMap(([id, { Statement }]) =>
  Statement.filter(allowed).flatMap((statement) =>
    listOf(statement.Action).map((action) => ({ id, action, statement })),
  ),
);

const managedAlone = resources('AWS::IAM::ManagedPolicy').map(
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
      managedAlone.map(([id, d]) => [id, sizeOf(d)]),
    );
    expect([...sizes].filter(([, size]) => size > 10_240)).toEqual([]);
    expect(
      managedAlone.map(([id, document]) => [id, sizeOf(document)]).filter(([, size]) => Number(size) > 6_144),
    ).toEqual([]);
  });

  test('is granted actions by their full names, which AWS has', async () => {
    for (const { id, action } of grants) {
      const [service = '', operation = ''] = action.split(':');
      expect(action, id).not.toMatch(/[*?]/);
      expect(await actionReference(service, operation), `${id}: ${action}`).toBeDefined();
    }
  });

  test('is granted changes on all resources only where the action knows none', async () => {
    const reads = /:(Describe|Get|List|BatchGet)/;
    for (const { id, action, statement } of grants) {
      if (!listOf(statement.Resource).map(flat).includes('*') || reads.test(action)) continue;
      const [service = '', operation = ''] = action.split(':');
      expect((await actionReference(service, operation))?.anyResource, `${id}: ${action}`).toBe(true);
    }
  });

  test('is granted each action on a resource that it can be about, under conditions that come with it', async () => {
    for (const { id, action, statement } of grants) {
      const [service = '', operation = ''] = action.split(':');
      const reference = await actionReference(service, operation);
      if (!reference) continue;
      // What the stack makes itself is named by reference, and is what it is.
      const arns = listOf(statement.Resource)
        .map(arnOf)
        .filter((one) => one.startsWith('arn:'));
      // A wildcard at the end reaches over whatever separates the parts of a name.
      const types = reference.resourceTypes.filter(({ arn }) =>
        arns.some((one) => ['*', '*:*', '*/*', '*/*/*'].some((end) => arn.test(one.replace(/\*$/, end)))),
      );
      if (arns.length > 0) expect(types.length, `${id}: ${action} on ${arns.join()}`).toBeGreaterThan(0);
      const keys = new Set([...reference.keys, ...types.flatMap((type) => [...type.keys])]);
      for (const key of Object.values(statement.Condition ?? {}).flatMap((condition) => Object.keys(condition))) {
        const generic = key.replace(/^aws:(Request|Resource)Tag\/.*/, (_, kind) =>
          kind === 'Request' ? REQUEST_TAG : RESOURCE_TAG,
        );
        if (ALWAYS.has(generic)) continue;
        expect([...keys], `${id}: ${action} when ${key}`).toContain(generic);
      }
    }
  });
});

/** Keys that come with every call, or with the one action that is about nothing else. */
const ALWAYS = new Set(['aws:RequestedRegion', 'iam:PassedToService', 'iam:AWSServiceName']);
