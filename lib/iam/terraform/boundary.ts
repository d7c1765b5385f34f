import { Aws } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { Config } from '../../config/config.ts';
import { repositoryGlobs } from '../../config/image-config.ts';
import { arn, BOUNDARY_POLICY } from '../../names.ts';
import { lockTables, nameGlob, stateBuckets } from '../patterns.ts';
import { acknowledgeWildcards, document, type Grant } from '../role.ts';
import { BY_NAME, expandActions, namedIn } from './expand-actions.ts';
import { BOUNDED } from './role-services.ts';

/**
 * The boundary limits every role that Terraform creates, whatever the role's own policies say, to the actions of a
 * task's code on the resources of environments. It has no action on identities, none that creates or deletes
 * infrastructure, and none on Terraform's own state.
 *
 * IAM refuses to delete a policy that is the boundary of a role, so the stack can be deleted only after its
 * environments.
 */
export class Boundary extends Construct {
  /** Every role of an environment must have the policy with this ARN as its boundary. */
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
    // A configuration may name another policy. This one stays for the roles that were created with it.
    this.arn = config.terraform.permissionsBoundary ?? policy.managedPolicyArn;
  }
}

function boundaryGrants(construct: Construct, config: Config): Grant[] {
  const name = nameGlob(config.namePattern);
  const named = namedIn(construct);
  const bucket = `arn:${Aws.PARTITION}:s3:::${name}`;
  const backends = { namePattern: config.namePattern, keepBackend: config.stack.keepBackend };
  const state = stateBuckets(backends);
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
      // The tag shows the owner of a secret, because a root's secrets may have any name.
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
    // A role that can write a state decides what Terraform does with Terraform's own permissions.
    { effect: 'Deny', actions: OBJECTS, resources: [`${state}/*`], wildcardReason: BY_NAME },
    { effect: 'Deny', actions: BUCKETS, resources: [state], wildcardReason: BY_NAME },
    { ...named(ITEMS, 'dynamodb', lockTables(backends)), effect: 'Deny' },
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
