import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import { repositoryGlobs } from '../../config/image-config.ts';
import { arn, BOUNDARY_POLICY } from '../../names.ts';
import { nameGlob } from '../patterns.ts';
import { acknowledgeWildcards, document, type Grant } from '../role.ts';
import { BY_NAME, expandActions, namedIn } from './expand-actions.ts';
import { BOUNDED } from './role-services.ts';

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
  const state = `${bucket}-tfstate-${Aws.ACCOUNT_ID}`;
  return [
    named(SQS, 'sqs', `${name}-*`),
    named(['sns:Publish'], 'sns', `${name}-*`),
    { actions: OBJECTS, resources: [`${bucket}-*/*`], wildcardReason: BY_NAME },
    { actions: BUCKETS, resources: [`${bucket}-*`], wildcardReason: BY_NAME },
    named(ITEMS, 'dynamodb', `table/${name}-*`),
    named(['logs:CreateLogStream', 'logs:PutLogEvents'], 'logs', `log-group:/ecs/${name}/*:log-stream:*`),
    named(['ssm:GetParameter', 'ssm:GetParameters', 'ssm:GetParametersByPath'], 'ssm', `parameter/${name}/*`),
    named(SECRETS, 'secretsmanager', `secret:${name}-*`),
    {
      // Whose secret it is, its tag says: those of a root may have any name.
      ...named(SECRETS, 'secretsmanager', 'secret:*'),
      conditions: { StringEquals: { 'aws:ResourceTag/project': config.project } },
    },
    {
      // RDS names the secret of a master user by an id, and tags it with the instance.
      ...named(SECRETS, 'secretsmanager', 'secret:rds!db-*'),
      conditions: {
        StringLike: { 'aws:ResourceTag/aws:rds:primaryDBInstanceArn': arn(construct, 'rds', `db:${name}-*`) },
      },
    },
    {
      ...named(['kms:Decrypt', 'kms:GenerateDataKey'], 'kms', 'key/*'),
      conditions: { StringEquals: { 'aws:ResourceTag/project': config.project } },
    },
    named(
      IMAGES,
      'ecr',
      ...repositoryGlobs(config.stack.images, config.namePattern).map((glob) => `repository/${glob}`),
    ),
    ...config.stack.rolesFor.flatMap((one) => {
      const { actions, service, resource } = BOUNDED[one];
      return actions.length > 0 ? [named([...actions], service, resource.replace('{name}', name))] : [];
    }),
    {
      actions: WITHOUT_RESOURCE,
      resources: ['*'],
      wildcardReason: 'The actions know no resource: the login to ECR, ECS Exec and traces.',
    },
    // Whoever writes a state chooses what Terraform does with its own rights.
    { effect: 'Deny', actions: OBJECTS, resources: [`${state}/*`], wildcardReason: BY_NAME },
    { effect: 'Deny', actions: BUCKETS, resources: [state], wildcardReason: BY_NAME },
    { ...named(ITEMS, 'dynamodb', `table/${name}-tflock`), effect: 'Deny' },
  ];
}

const SQS = expandActions('sqs', {
  Change: ['MessageVisibility'],
  Delete: ['Message'],
  Get: ['QueueAttributes', 'QueueUrl'],
  Receive: ['Message'],
  Send: ['Message'],
});
const OBJECTS = expandActions('s3', {
  Abort: ['MultipartUpload'],
  Delete: ['Object'],
  Get: ['Object'],
  List: ['MultipartUploadParts'],
  Put: ['Object'],
});
const BUCKETS = ['s3:GetBucketLocation', 's3:ListBucket'];
const ITEMS = [
  ...expandActions('dynamodb', {
    BatchGet: ['Item'],
    BatchWrite: ['Item'],
    ConditionCheck: ['Item'],
    Delete: ['Item'],
    Describe: ['Table'],
    Get: ['Item'],
    Put: ['Item'],
    Update: ['Item'],
  }),
  'dynamodb:Query',
  'dynamodb:Scan',
];
const SECRETS = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];
const IMAGES = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];
const WITHOUT_RESOURCE = [
  'ecr:GetAuthorizationToken',
  ...expandActions('ssmmessages', {
    Create: ['ControlChannel', 'DataChannel'],
    Open: ['ControlChannel', 'DataChannel'],
  }),
  ...expandActions('xray', {
    Get: ['SamplingRules', 'SamplingTargets'],
    Put: ['TelemetryRecords', 'TraceSegments'],
  }),
];
