import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import { arn, BOUNDARY_POLICY } from '../names.ts';
import { nameGlob } from '../patterns.ts';
import { acknowledgeWildcards, document, type Grant } from '../role.ts';
import { BY_NAME, namedIn } from './verbs.ts';

/**
 * The most that a role which Terraform makes may do, whatever its own policies say: what the code of a task does to the
 * resources of environments. It has no action on identities, none that makes or deletes infrastructure, and none on
 * Terraform's own state.
 *
 * IAM refuses to delete a policy that is the boundary of a role, so the stack can be deleted after its environments.
 */
export class Boundary extends Construct {
  /** ARN that every role of an environment must have as its boundary. */
  readonly arn: string;

  constructor(scope: Construct, id: string, config: Config) {
    super(scope, id);
    const grants = boundaryGrants(this, config);
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      managedPolicyName: BOUNDARY_POLICY,
      description: 'The most that roles of environments may do',
      document: document(grants),
    });
    acknowledgeWildcards(policy, grants);
    // A configuration may name another one. This one stays for the roles that were made with it.
    this.arn = config.terraform.permissionsBoundary ?? policy.managedPolicyArn;
  }
}

function boundaryGrants(construct: Construct, config: Config): Grant[] {
  const name = nameGlob(config.namePattern);
  const named = namedIn(construct);
  const bucket = `arn:${Aws.PARTITION}:s3:::${name}`;
  return [
    named(
      [
        'ChangeMessageVisibility',
        'DeleteMessage',
        'GetQueueAttributes',
        'GetQueueUrl',
        'ReceiveMessage',
        'SendMessage',
      ].map((action) => `sqs:${action}`),
      'sqs',
      `${name}-*`,
    ),
    named(['sns:Publish'], 'sns', `${name}-*`),
    {
      actions: [
        's3:AbortMultipartUpload',
        's3:DeleteObject',
        's3:GetObject',
        's3:ListMultipartUploadParts',
        's3:PutObject',
      ],
      resources: [`${bucket}-*/*`],
      wildcards: BY_NAME,
    },
    { actions: ['s3:GetBucketLocation', 's3:ListBucket'], resources: [`${bucket}-*`], wildcards: BY_NAME },
    named(
      [
        ...['BatchGetItem', 'BatchWriteItem', 'ConditionCheckItem', 'DeleteItem', 'DescribeTable', 'GetItem'],
        ...['PutItem', 'Query', 'Scan', 'UpdateItem'],
      ].map((action) => `dynamodb:${action}`),
      'dynamodb',
      `table/${name}-*`,
    ),
    named(['logs:CreateLogStream', 'logs:PutLogEvents'], 'logs', `log-group:/ecs/${name}/*:log-stream:*`),
    named(['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'], 'ssm', `parameter/${name}/*`),
    named(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], 'secretsmanager', `secret:${name}-*`),
    {
      // RDS names the secret of a master user by an id, and tags it with the instance.
      ...named(['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], 'secretsmanager', 'secret:rds!db-*'),
      conditions: {
        StringLike: { 'aws:ResourceTag/aws:rds:primaryDBInstanceArn': arn(construct, 'rds', `db:${name}-*`) },
      },
    },
    {
      ...named(['kms:Decrypt', 'kms:GenerateDataKey'], 'kms', 'key/*'),
      conditions: { StringEquals: { 'aws:ResourceTag/project': config.project } },
    },
    named(
      ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
      'ecr',
      `repository/${name}-*`,
    ),
    {
      actions: [
        'ecr:GetAuthorizationToken',
        ...['CreateControlChannel', 'CreateDataChannel', 'OpenControlChannel', 'OpenDataChannel'].map(
          (action) => `ssmmessages:${action}`,
        ),
        ...['GetSamplingRules', 'GetSamplingTargets', 'PutTelemetryRecords', 'PutTraceSegments'].map(
          (action) => `xray:${action}`,
        ),
      ],
      resources: ['*'],
      wildcards: 'The actions know no resource: the login to ECR, ECS Exec and traces.',
    },
    {
      // Whoever writes a state chooses what Terraform does with its own rights.
      effect: 'Deny',
      actions: ['s3:*', 'dynamodb:*'],
      resources: [
        `${bucket}-tfstate-${Aws.ACCOUNT_ID}`,
        `${bucket}-tfstate-${Aws.ACCOUNT_ID}/*`,
        arn(construct, 'dynamodb', `table/${name}-tflock`),
      ],
      wildcards: 'A denial of everything.',
    },
  ];
}
