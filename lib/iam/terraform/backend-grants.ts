import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { ARCHIVES } from '../../../lambdas/contracts/functions/define.ts';
import type { ConfigurationBundle } from '../../builds/source-archive.ts';
import { arn } from '../../names.ts';
import { type Backends, lockTables, stateBuckets, stateObjects } from '../patterns.ts';
import type { Grant } from '../role.ts';

const BY_NAME = 'Environments come and go; their backends are known by the pattern of their names.';

export interface BackendScope extends Backends {
  bucket: s3.Bucket;
  bundle: ConfigurationBundle;
}

/** Returns the permissions that a build needs to fetch its source: the deployed bundle, or the copy of a run. */
export function sourceGrants(scope: BackendScope): Grant[] {
  return [
    {
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      resources: [scope.bundle.bucket.arnForObjects(scope.bundle.key), scope.bucket.arnForObjects('environments/*')],
      wildcardReason: 'Every run keeps its own copy of the bundle.',
    },
    {
      actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'],
      resources: [scope.bundle.bucket.bucketArn, scope.bucket.bucketArn],
    },
  ];
}

/**
 * Returns the permissions that a preview needs besides those of the stack: it reads the state, the checksum of the
 * state, and the archives of the tools, and it writes its result.
 */
export function previewGrants(construct: Construct, scope: BackendScope): Grant[] {
  const state = stateBuckets(scope);
  const wildcardReason = 'Environments come and go; their backends and previews are known by their names.';
  return [
    { actions: ['s3:ListBucket'], resources: [scope.bucket.bucketArn, state], wildcardReason },
    {
      actions: ['s3:GetObject'],
      resources: [stateObjects(scope), scope.bucket.arnForObjects('tools/*')],
      wildcardReason,
    },
    { actions: ['s3:PutObject'], resources: [scope.bucket.arnForObjects('previews/*')], wildcardReason },
    {
      actions: ['dynamodb:GetItem'],
      resources: [arn(construct, 'dynamodb', lockTables(scope))],
      wildcardReason,
    },
  ];
}

/**
 * Returns the permissions on the backends of environments, and on their states and the runs' files in the control
 * bucket.
 */
export function backendGrants(construct: Construct, scope: BackendScope): Grant[] {
  return [
    { actions: ['s3:ListBucket'], resources: [scope.bucket.bucketArn] },
    {
      // DeleteObject removes the lock file beside a state.
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: [scope.bucket.arnForObjects('environments/*')],
      wildcardReason: 'Files of runs, and states of backends.',
    },
    {
      // These archives are for the platform of the build machine. A build uses an archive only if its checksum is
      // known.
      actions: ['s3:GetObject', 's3:PutObject'],
      resources: [
        scope.bucket.arnForObjects('tools/terraform/*/terraform_*_linux_arm64.zip'),
        scope.bucket.arnForObjects('tools/opentofu/*/tofu_*_linux_arm64.zip'),
        scope.bucket.arnForObjects('tools/providers/registry.terraform.io/*_linux_arm64.zip'),
      ],
      wildcardReason: 'Keys have the version. An environment that lives keeps the versions that made it.',
    },
    {
      // A root that could write the archive of a run would choose what the next build runs.
      effect: 'Deny',
      actions: ['s3:PutObject', 's3:DeleteObject'],
      resources: [scope.bucket.arnForObjects(`environments/*/${ARCHIVES}`)],
      wildcardReason: 'A denial; every run has an archive of its own.',
    },
    {
      actions: ['s3:GetObject', 's3:PutObject', 's3:DeleteObject'],
      resources: [stateObjects(scope)],
      wildcardReason: BY_NAME,
    },
    ...(scope.keepBackend ? keptGrants(construct, scope) : ownGrants(construct, scope)),
  ];
}

/** Returns the permissions to create, change and delete the backends of environments. */
function ownGrants(construct: Construct, scope: BackendScope): Grant[] {
  return [
    {
      actions: [
        's3:CreateBucket',
        's3:DeleteBucket',
        's3:ListBucket',
        's3:GetAccelerateConfiguration',
        's3:GetBucketAcl',
        's3:GetBucketCORS',
        's3:GetBucketLocation',
        's3:GetBucketLogging',
        's3:GetBucketObjectLockConfiguration',
        's3:GetBucketOwnershipControls',
        's3:GetBucketPolicy',
        's3:GetBucketPublicAccessBlock',
        's3:GetBucketRequestPayment',
        's3:GetBucketTagging',
        's3:GetBucketVersioning',
        's3:GetBucketWebsite',
        's3:GetEncryptionConfiguration',
        's3:GetLifecycleConfiguration',
        's3:GetReplicationConfiguration',
        's3:PutBucketOwnershipControls',
        's3:PutBucketPolicy',
        's3:DeleteBucketPolicy',
        's3:PutBucketPublicAccessBlock',
        's3:PutBucketTagging',
        's3:PutBucketVersioning',
        's3:PutEncryptionConfiguration',
      ],
      resources: [stateBuckets(scope)],
      wildcardReason: BY_NAME,
    },
    {
      actions: [
        'dynamodb:CreateTable',
        'dynamodb:DeleteTable',
        'dynamodb:DescribeTable',
        'dynamodb:DescribeContinuousBackups',
        'dynamodb:DescribeTimeToLive',
        'dynamodb:ListTagsOfResource',
        'dynamodb:TagResource',
        'dynamodb:UntagResource',
        'dynamodb:UpdateTable',
        'dynamodb:GetItem',
        'dynamodb:PutItem',
        'dynamodb:DeleteItem',
      ],
      resources: [arn(construct, 'dynamodb', lockTables(scope))],
      wildcardReason: BY_NAME,
    },
  ];
}

/** Returns the permissions on backends that are kept. The sets of a root may have some on buckets of these names. */
function keptGrants(construct: Construct, scope: BackendScope): Grant[] {
  const table = arn(construct, 'dynamodb', lockTables(scope));
  return [
    {
      actions: ['s3:ListBucket', 's3:GetBucketLocation', 's3:GetBucketTagging', 's3:GetBucketVersioning'],
      resources: [stateBuckets(scope)],
      wildcardReason: BY_NAME,
    },
    {
      actions: ['dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
      resources: [table],
      wildcardReason: BY_NAME,
    },
    ...keptDenials(construct, scope),
  ];
}

/** Returns denials for every role that may delete something of an environment's name. */
export function keptDenials(construct: Construct, scope: Backends): Grant[] {
  const state = stateBuckets(scope);
  const wildcardReason = 'A denial; the backends exist outside of the runbook, and stay.';
  return [
    {
      effect: 'Deny',
      actions: ['s3:DeleteBucket', 's3:DeleteObjectVersion', 's3:PutLifecycleConfiguration', 's3:PutBucketPolicy'],
      resources: [state, `${state}/*`],
      wildcardReason,
    },
    {
      effect: 'Deny',
      actions: ['dynamodb:DeleteTable'],
      resources: [arn(construct, 'dynamodb', lockTables(scope))],
      wildcardReason,
    },
  ];
}
