import type { Template } from 'aws-cdk-lib/assertions';
import type { PolicyKind, Statement } from './authorization.ts';
import { flat, listOf } from './runbook.ts';

/** The module reads the policies of a template, with ARNs in the place of intrinsics. */

export interface NamedPolicies {
  name: string;
  kind: PolicyKind;
  statements: Statement[];
}

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}
interface Document {
  Statement: Statement[];
}

const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws',
  'AWS::Region': 'eu-west-1',
  'AWS::AccountId': '123456789012',
};
/** The values are the attribute `Arn` of each type, or its `Ref` where that is an ARN. */
const ARNS: Record<string, string> = {
  'AWS::S3::Bucket.Arn': 'arn:aws:s3:::bucket',
  'AWS::DynamoDB::Table.Arn': 'arn:aws:dynamodb:eu-west-1:123456789012:table/table',
  'AWS::SNS::Topic.Ref': 'arn:aws:sns:eu-west-1:123456789012:topic',
  'AWS::KMS::Key.Arn': 'arn:aws:kms:eu-west-1:123456789012:key/key',
  'AWS::SQS::Queue.Arn': 'arn:aws:sqs:eu-west-1:123456789012:queue',
  'AWS::IAM::ManagedPolicy.Ref': 'arn:aws:iam::123456789012:policy/policy',
  'AWS::IAM::Role.Arn': 'arn:aws:iam::123456789012:role/role',
  'AWS::Lambda::Function.Arn': 'arn:aws:lambda:eu-west-1:123456789012:function:function',
  'AWS::Events::ApiDestination.Arn': 'arn:aws:events:eu-west-1:123456789012:api-destination/name/0123abcd',
  // CloudFormation's attribute ends in a wildcard for the streams.
  'AWS::Logs::LogGroup.Arn': 'arn:aws:logs:eu-west-1:123456789012:log-group:group:*',
};
/** These types are policies that define who may use a resource. */
const RESOURCE_POLICIES = ['AWS::S3::BucketPolicy', 'AWS::SNS::TopicPolicy', 'AWS::SQS::QueuePolicy'];
/** A property with such a name has a policy. It is an error where this module does not read it. */
const UNCHECKED = /Polic/;

/** @throws {Error} for a reference whose ARN is unknown, and for a kind of policy that is not read here */
export function policiesOf(template: Template): NamedPolicies[] {
  const resources = (template.toJSON() as { Resources: Record<string, Resource> }).Resources;
  const entries = Object.entries(resources);
  const arnOf = (value: unknown) =>
    flat(value).replaceAll(/<([^>]+)>/g, (_, reference: string) => {
      const [id = '', attribute = 'Ref'] = reference.split('.');
      const known = PSEUDO[reference] ?? ARNS[`${resources[id]?.Type}.${attribute}`];
      if (!known) throw new Error(`no ARN is known for ${reference} of type ${resources[id]?.Type}`);
      return known;
    });
  const read = (documents: readonly unknown[]): Statement[] =>
    (documents as Document[]).flatMap(({ Statement }) =>
      listOf(Statement).map((one) => ({ ...one, Resource: listOf(one.Resource ?? []).map(arnOf) })),
    );
  const ofRole = (id: string) =>
    entries
      .filter(([, { Type, Properties }]) => {
        const attached = ['AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy'].includes(Type);
        return attached && ((Properties?.Roles ?? []) as { Ref: string }[]).some(({ Ref }) => Ref === id);
      })
      .map(([, { Properties }]) => Properties?.PolicyDocument);
  return entries.flatMap(([id, { Type, Properties = {} }]): NamedPolicies[] => {
    if (Type === 'AWS::IAM::Role') {
      const inline = ((Properties.Policies ?? []) as { PolicyDocument: unknown }[]).map((one) => one.PolicyDocument);
      return [
        { name: id, kind: 'identity', statements: read([...inline, ...ofRole(id)]) },
        { name: `${id} (trust)`, kind: 'trust', statements: read([Properties.AssumeRolePolicyDocument]) },
      ];
    }
    if (Type === 'AWS::KMS::Key') return [{ name: id, kind: 'resource', statements: read([Properties.KeyPolicy]) }];
    if (RESOURCE_POLICIES.includes(Type)) {
      return [{ name: id, kind: 'resource', statements: read([Properties.PolicyDocument]) }];
    }
    const attached = (Properties.Roles as unknown[] | undefined)?.length;
    if (/^AWS::IAM::(Managed)?Policy$/.test(Type) && !attached) {
      return [{ name: id, kind: 'identity', statements: read([Properties.PolicyDocument]) }];
    }
    const unread = Object.keys(Properties).filter(
      (property) => UNCHECKED.test(property) && property !== 'PolicyDocument',
    );
    if (unread.length > 0) throw new Error(`${id}: ${Type} has ${unread}, which nobody checks here`);
    return [];
  });
}
