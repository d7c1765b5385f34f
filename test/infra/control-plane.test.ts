import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
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
