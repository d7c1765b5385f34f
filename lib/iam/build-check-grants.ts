import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { resultsFolder } from '../../lambdas/contracts/build-checks.ts';
import { type BuildCheckConfig, secretsOfBuild } from '../config/build-checks.ts';
import { checkProject, projectArn } from '../names.ts';
import { partitionOf } from '../partition.ts';
import { LOG_IN } from './registry-grants.ts';
import type { Grant } from './role.ts';
import { grantsOf } from './stack-grants.ts';
import { readGrants } from './terraform/secret-grants.ts';

/** This module contains the permissions of a check that runs as a build: of the build, and of the function that starts it. */

const OF_RUNS = 'Environments and runs come and go; the results of a check have a folder of their own in each.';

const resultsOf = (bucket: s3.Bucket, check: string) =>
  bucket.arnForObjects(`environments/*/runs/*/${resultsFolder(check)}/*`);

/** Returns the permissions of the function: to start and read builds of this project, and to read their results. */
export function checkFunctionGrants(construct: Construct, { name }: BuildCheckConfig, bucket: s3.Bucket): Grant[] {
  return [
    {
      actions: ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject', 'codebuild:StartBuild'],
      resources: [projectArn(construct, checkProject(name))],
    },
    { actions: ['s3:GetObject'], resources: [resultsOf(bucket, name)], wildcardReason: OF_RUNS },
  ];
}

export interface BuildScope {
  namePattern: string;
  /** The control bucket takes the results. */
  bucket: s3.Bucket;
  source?: { bucket: s3.IBucket; key: string } | undefined;
}

/**
 * Returns the permissions of the build: its source or image, its results, its secrets, and what the configuration
 * grants.
 */
export function checkBuildGrants(
  construct: Construct,
  check: BuildCheckConfig,
  { namePattern, bucket, source }: BuildScope,
): Grant[] {
  const buckets = [...(source ? [source.bucket.bucketArn] : []), ...(check.results ? [bucket.bucketArn] : [])];
  return [
    ...(source
      ? [{ actions: ['s3:GetObject', 's3:GetObjectVersion'], resources: [source.bucket.arnForObjects(source.key)] }]
      : []),
    ...(check.results
      ? [{ actions: ['s3:PutObject'], resources: [resultsOf(bucket, check.name)], wildcardReason: OF_RUNS }]
      : []),
    // CodeBuild asks for both: https://docs.aws.amazon.com/codebuild/latest/userguide/setting-up-service-role.html
    ...(buckets.length > 0 ? [{ actions: ['s3:GetBucketAcl', 's3:GetBucketLocation'], resources: buckets }] : []),
    ...('image' in check.run ? pullGrants(check.run.image) : []),
    ...readGrants(construct, secretsOfBuild(check), 'ssm:GetParameters'),
    ...grantsOf(check.grants, namePattern),
  ];
}

const ECR = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?\/([^@]+)@/;

/** A build pulls an image of ECR with its own role: https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html */
function pullGrants(image: string): Grant[] {
  const [, account, region, repository] = ECR.exec(image) ?? [];
  if (!region || !repository) return [];
  return [
    LOG_IN,
    {
      actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      resources: [`arn:${partitionOf(region)}:ecr:${region}:${account}:repository/${repository}`],
    },
  ];
}
