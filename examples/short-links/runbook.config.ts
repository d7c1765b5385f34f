import type { RunbookConfig } from '../../lib/config/config.ts';
import { linkOutputs } from './outputs.ts';

const api = 'arn:{partition}:lambda:{region}:{account}:function:{prefix}-api';
const links = 'arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-links';
const logs = 'arn:{partition}:logs:{region}:{account}:log-group:/aws/lambda/{prefix}-api';
const reason = 'Environments come and go; what they have is known by the pattern of their names.';

/** An HTTP API of one function and one table. */
export default {
  project: 'short-links',
  namePattern: 'short-links-{environment}-v1',
  stack: {
    root: 'examples/short-links/terraform',
    checks: ['backend'],
    outputNames: { application_url: 'api_url' },
    customChecks: [
      {
        name: 'short-links',
        handler: 'examples/short-links/check.ts',
        outputs: Object.keys(linkOutputs.shape),
        waitSeconds: 120,
        // Who calls a function's URL needs both: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
        grants: [{ actions: ['lambda:InvokeFunction', 'lambda:InvokeFunctionUrl'], resources: [api], reason }],
      },
    ],
    permissionSets: ['roles'],
    rolesFor: ['lambda'],
    grants: [
      {
        actions: [
          'lambda:CreateFunction',
          'lambda:CreateFunctionUrlConfig',
          'lambda:DeleteFunction',
          'lambda:DeleteFunctionUrlConfig',
          'lambda:GetFunction',
          'lambda:GetFunctionCodeSigningConfig',
          'lambda:GetFunctionConfiguration',
          'lambda:GetFunctionUrlConfig',
          'lambda:ListTags',
          'lambda:ListVersionsByFunction',
          'lambda:TagResource',
          'lambda:UntagResource',
          'lambda:UpdateFunctionCode',
          'lambda:UpdateFunctionConfiguration',
          'lambda:UpdateFunctionUrlConfig',
        ],
        resources: [api],
        reason,
      },
      {
        actions: [
          'dynamodb:CreateTable',
          'dynamodb:DeleteTable',
          'dynamodb:DescribeContinuousBackups',
          'dynamodb:DescribeTable',
          'dynamodb:DescribeTimeToLive',
          'dynamodb:ListTagsOfResource',
          'dynamodb:TagResource',
          'dynamodb:UntagResource',
          'dynamodb:UpdateTable',
        ],
        resources: [links],
        reason,
      },
      {
        actions: [
          'logs:CreateLogGroup',
          'logs:DeleteLogGroup',
          'logs:DeleteRetentionPolicy',
          'logs:ListTagsForResource',
          'logs:PutRetentionPolicy',
          'logs:TagResource',
          'logs:UntagResource',
        ],
        // Tags are asked for by the first, all else by the second: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        resources: [logs, `${logs}:*`],
        reason,
      },
      {
        actions: ['logs:DescribeLogGroups'],
        resources: ['*'],
        reason: 'AWS describes and lists these for an account and a region alone.',
      },
    ],
  },
  allowedAccounts: [],
  allowedRegions: ['eu-west-1'],
  maxLifeHours: 24,
  expiry: { nightlyAt: '03:00', timeZone: 'Europe/Dublin', warnMinutes: [1440, 120, 30], protectDays: 14 },
  controlPlane: { onDelete: 'destroy', logRetentionDays: 30 },
  notifications: {},
  engine: { name: 'terraform', version: '1.11.4' },
  terraform: { timeoutMinutes: 30, maxDeletions: 20 },
  images: { timeoutMinutes: 5 },
  approval: { timeoutMinutes: 60 },
  validation: { intervalSeconds: 2, waitSeconds: { backend: 30 } },
  sweep: { settleSeconds: 60, exclusions: [] },
} satisfies RunbookConfig;
