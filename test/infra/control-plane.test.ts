import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { previewKey } from '../../lambdas/contracts/deployed-names.ts';
import config from '../../runbook.config.ts';
import { flat, runbook } from './support/runbook.ts';

const { template } = runbook();
const retained = runbook({ controlPlane: { ...config.controlPlane, onDelete: 'retain' } }).template;

describe('control bucket', () => {
  test('is versioned, encrypted and private, and named after account and region', () => {
    template.resourceCountIs('AWS::S3::Bucket', 1);
    const [bucket] = Object.values(template.findResources('AWS::S3::Bucket'));
    expect(flat(bucket?.Properties.BucketName)).toBe('runbook-control-<AWS::AccountId>-<AWS::Region>');
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
    });
  });

  // CloudFormation replaces a bucket to turn the lock on, and never one with a name of its own:
  // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1929
  test('is the same whether certificates are locked or not, so that a later deployment may lock them', () => {
    const controlPlane = { ...config.controlPlane, onDelete: 'retain' as const, lockCertificatesDays: 30 };
    const locking = runbook({ controlPlane }).template.findResources('AWS::S3::Bucket');
    expect(locking).toEqual(retained.findResources('AWS::S3::Bucket'));
    retained.hasResourceProperties('AWS::S3::Bucket', { ObjectLockEnabled: true });
  });

  test('deletes the results of previews after a day, with every version, and nothing else', () => {
    for (const one of [template, retained]) {
      const [bucket] = Object.values(one.findResources('AWS::S3::Bucket'));
      expect(bucket?.Properties.LifecycleConfiguration).toEqual({
        Rules: [
          {
            Id: 'previews',
            Status: 'Enabled',
            Prefix: previewKey('dev', 'x:1').split('dev/')[0],
            ExpirationInDays: 1,
            NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          },
        ],
      });
    }
  });

  test('refuses everything without TLS', () => {
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 's3:*',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });

  test('goes or stays with the stack as configured, and needs no custom resource to go', () => {
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
    retained.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    const types = Object.values(template.toJSON().Resources as Record<string, { Type: string }>).map((r) => r.Type);
    expect(types.filter((type) => type.startsWith('Custom::') || type.includes('CustomResource'))).toEqual([]);
  });
});

describe('environment records', () => {
  test('are kept by environment, recoverable to any second, and never expire by themselves', () => {
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      TableName: 'runbook-environments',
      KeySchema: [{ AttributeName: 'environment', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true },
      TimeToLiveSpecification: Match.absent(),
    });
  });

  test('go or stay with the bucket', () => {
    template.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Delete' });
    retained.hasResource('AWS::DynamoDB::Table', { DeletionPolicy: 'Retain' });
  });
});

describe('whatever the stack keeps', () => {
  const all = Object.entries(template.toJSON().Resources as Record<string, { Type: string; Properties: object }>);
  const of = (type: string) => all.filter(([, resource]) => resource.Type === type);

  test('is forgotten in time, if it is a log', () => {
    const groups = of('AWS::Logs::LogGroup');
    expect(groups.length).toBeGreaterThan(20);
    for (const [name, { Properties }] of groups) expect(Properties, name).toHaveProperty('RetentionInDays', 30);
  });

  test.each([
    ['AWS::S3::Bucket', 'BucketEncryption'],
    ['AWS::DynamoDB::Table', 'SSESpecification.SSEEnabled'],
    ['AWS::SQS::Queue', 'SqsManagedSseEnabled'],
  ])('is encrypted, if it is a %s', (type, setting) => {
    expect(of(type).length).toBeGreaterThan(0);
    for (const [name, { Properties }] of of(type)) expect(Properties, name).toHaveProperty(setting);
  });
});

test('the build of a preview ends before a teardown has waited long for it', () => {
  template.hasResourceProperties('AWS::CodeBuild::Project', { Name: 'runbook-plan', TimeoutInMinutes: 20 });
  const terraform = { ...config.terraform, timeoutMinutes: 10 };
  runbook({ terraform }).template.hasResourceProperties('AWS::CodeBuild::Project', {
    ...{ Name: 'runbook-plan', TimeoutInMinutes: 10 },
  });
});
