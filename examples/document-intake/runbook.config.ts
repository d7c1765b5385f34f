import type { RunbookConfig } from '../../lib/config/config.ts';
import { intakeOutputs } from './outputs.ts';

const documents = 'arn:{partition}:s3:::{prefix}-documents-{account}';
const register = 'arn:{partition}:dynamodb:{region}:{account}:table/{prefix}-register';
const work = 'arn:{partition}:sqs:{region}:{account}:{prefix}-work';
const reason = 'Environments come and go; what they have is known by the pattern of their names.';

/** The configuration is that of another product than the order platform, run by the same machines. */
export default {
  project: 'document-intake',
  namePattern: 'document-intake-{environment}',
  stack: {
    root: 'examples/document-intake/terraform',
    checks: ['backend', 'sqs-backlog'],
    outputNames: { order_events_queue_url: 'work_queue_url', order_events_dlq_url: 'rejected_queue_url' },
    customChecks: [
      {
        name: 'document-intake',
        handler: 'examples/document-intake/check.ts',
        outputs: Object.keys(intakeOutputs.shape),
        waitSeconds: 120,
        grants: [
          {
            actions: ['s3:PutObject', 's3:DeleteObject'],
            // The check may use its own documents, and no others.
            resources: [`${documents}/checks/*`],
            reason,
          },
          {
            actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'],
            resources: [work],
            reason,
          },
          { actions: ['dynamodb:PutItem', 'dynamodb:GetItem', 'dynamodb:DeleteItem'], resources: [register], reason },
        ],
      },
    ],
    // The set is for queues. The product's bucket and its table are granted here, as the order platform has none.
    permissionSets: ['messaging'],
    grants: [
      {
        actions: [
          's3:CreateBucket',
          's3:DeleteBucket',
          's3:GetAccelerateConfiguration',
          's3:GetBucketAcl',
          's3:GetBucketCORS',
          's3:GetBucketLogging',
          's3:GetBucketNotification',
          's3:GetBucketObjectLockConfiguration',
          's3:GetBucketPolicy',
          's3:GetBucketPublicAccessBlock',
          's3:GetBucketRequestPayment',
          's3:GetBucketTagging',
          's3:GetBucketVersioning',
          's3:GetBucketWebsite',
          's3:GetEncryptionConfiguration',
          's3:GetLifecycleConfiguration',
          's3:GetReplicationConfiguration',
          's3:ListBucket',
          's3:ListBucketVersions',
          's3:PutBucketNotification',
          's3:PutBucketPublicAccessBlock',
          's3:PutBucketTagging',
        ],
        resources: [documents],
        reason,
      },
      { actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'], resources: [`${documents}/*`], reason },
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
        resources: [register],
        reason,
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
  validation: { intervalSeconds: 2, waitSeconds: { backend: 30, 'sqs-backlog': 60 } },
  sweep: { settleSeconds: 60, exclusions: [] },
} satisfies RunbookConfig;
