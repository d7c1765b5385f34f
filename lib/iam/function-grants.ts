import { Aws } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { REMOVAL_ACTIONS } from '../../lambdas/contracts/functions/actions.ts';
import { type HandlerName, manifestOf } from '../../lambdas/contracts/functions.ts';
import { MACHINES } from '../../lambdas/contracts/record.ts';
import { WEBHOOK_EVENT } from '../../lambdas/contracts/webhook-message.ts';
import type { ConfigurationBundle } from '../builds/source-archive.ts';
import { type ImageConfig, repositoryGlobs } from '../config/image-config.ts';
import type { Schedules } from '../machines/schedules.ts';
import {
  arn,
  executionArns,
  functionArn,
  IMAGES_PROJECT,
  machineArn,
  PREVIEW_PROJECT,
  projectArn,
  reportReaderArn,
  TERRAFORM_PROJECT,
} from '../names.ts';
import { bucketGrants } from './bucket-grants.ts';
import { type Backends, lockTables, nameGlob } from './patterns.ts';
import { updateRecords } from './record-grants.ts';
import { READS, removalGrants } from './removal-grants.ts';
import type { Grant } from './role.ts';
import { keptDenials } from './terraform/backend-grants.ts';

/** The functions work on these resources. */
export interface FunctionScope extends Backends {
  images: readonly ImageConfig[];
  /** The names of the CodeBuild projects of checks. */
  checkProjects: readonly string[];
  /** This is the value of the tag `project`. */
  project: string;
  table: dynamodb.Table;
  bucket: s3.Bucket;
  bundle: ConfigurationBundle;
  /** This key signs certificates. */
  certificateKey: kms.IKey;
  /** The value is true when versions of certificates are protected from deletion. */
  locksCertificates: boolean;
  topic: sns.ITopic;
  /** This is the ARN of the role of the Terraform builds. */
  terraformRole: string;
  /** Amazon Q Developer in chat applications reads this topic. */
  chatTopic?: sns.ITopic | undefined;
  /** Whether messages go to a webhook too. */
  hasWebhook: boolean;
  schedules: Schedules;
}

const NO_RESOURCE = 'The action knows no resource, or lists what is not known by name yet.';
/** The names of this product's own resources are known. */
const OWN: ReadonlySet<Target | undefined> = new Set(['records', 'builds']);
const BY_NAME = 'Environments come and go; their resources are known by the pattern of their names.';

const UPDATE = 'dynamodb:UpdateItem';

/**
 * Returns grants for exactly the actions in the function's manifest, each on the resources that it concerns.
 * @throws {Error} naming an action for which this file has no resource
 */
export function functionGrants(construct: Construct, handler: HandlerName, scope: FunctionScope): Grant[] {
  const manifest = manifestOf(handler);
  const { actions, readsAnyName } = manifest;
  const targets = targetsOf(construct, scope);
  const grants = new Map<Target, string[]>();
  const removes = handler === 'remove-unmanaged';
  const elsewhere = new Set<string>(removes ? REMOVAL_ACTIONS : []);
  elsewhere.add(UPDATE);
  for (const action of actions.filter((name) => !name.startsWith('s3:') && !elsewhere.has(name))) {
    const isOwn = OWN.has(TARGETS[action]);
    const known = STARTS[handler] && action === 'states:StartExecution' ? STARTS[handler] : TARGETS[action];
    const target = !isOwn && readsAnyName && READS.test(action) ? 'anything' : known;
    if (!target) throw new Error(`lib/iam/function-grants.ts knows no resource for ${action}, which ${handler} needs`);
    grants.set(target, [...(grants.get(target) ?? []), action]);
  }
  return [
    // Without a webhook nobody may put an event.
    ...[...grants]
      .map(([target, names]) => ({ actions: names, ...targets[target] }))
      .filter(({ resources }) => resources.length > 0),
    ...(actions.includes(UPDATE) ? [updateRecords(handler, scope.table.tableArn)] : []),
    ...bucketGrants(manifest, scope),
    ...(handler === 'sweep-services' ? readCheckBuilds(construct, scope) : []),
    ...(handler === 'verdict' && scope.locksCertificates ? [lockCertificates(scope)] : []),
    ...(removes ? removalGrants(construct, scope) : []),
    ...(scope.keepBackend && (removes || handler === 'empty-bucket') ? keptDenials(construct, scope) : []),
  ];
}

type Target =
  | 'anything'
  | 'records'
  | 'lockTables'
  | 'executions'
  | 'stoppable'
  | 'teardown'
  | 'pullRequests'
  | 'machines'
  | 'board'
  | 'buildLogs'
  | 'builds'
  | 'previews'
  | 'clusters'
  | 'services'
  | 'tasks'
  | 'inCluster'
  | 'queues'
  | 'repositories'
  | 'logs'
  | 'topic'
  | 'webhook'
  | 'reportReader'
  | 'certificateKey'
  | 'schedules'
  | 'scheduleRole'
  | 'terraformRole'
  | 'apis';

function targetsOf(construct: Construct, scope: FunctionScope): Record<Target, Omit<Grant, 'actions'>> {
  const name = nameGlob(scope.namePattern);
  const named = (service: string, resource: string) => ({
    resources: [arn(construct, service, resource)],
    wildcardReason: BY_NAME,
  });
  return {
    anything: { resources: ['*'], wildcardReason: NO_RESOURCE },
    records: { resources: [scope.table.tableArn] },
    lockTables: named('dynamodb', lockTables(scope)),
    executions: {
      resources: MACHINES.map((machine) => executionArns(construct, machine)),
      wildcardReason: 'Executions of these machines; each has a name of its own.',
    },
    stoppable: {
      resources: (['provision', 'deploy'] as const).map((machine) => executionArns(construct, machine)),
      wildcardReason: 'Executions of these machines; each has a name of its own.',
    },
    teardown: { resources: [machineArn(construct, 'teardown')] },
    pullRequests: {
      resources: (['provision', 'deploy', 'validate', 'teardown', 'extend', 'protect'] as const).map((machine) =>
        machineArn(construct, machine),
      ),
    },
    machines: { resources: MACHINES.map((machine) => machineArn(construct, machine)) },
    board: { resources: [functionArn(construct, 'board')] },
    buildLogs: {
      resources: [TERRAFORM_PROJECT, IMAGES_PROJECT].map((project) =>
        arn(construct, 'logs', `log-group:/aws/codebuild/${project}:log-stream:*`),
      ),
      wildcardReason: 'Streams of the log groups of builds; each build has its own.',
    },
    builds: { resources: [projectArn(construct, TERRAFORM_PROJECT), projectArn(construct, IMAGES_PROJECT)] },
    previews: { resources: [projectArn(construct, PREVIEW_PROJECT)] },
    terraformRole: { resources: [scope.terraformRole] },
    clusters: named('ecs', `cluster/${name}-cluster`),
    services: named('ecs', `service/${name}-cluster/*`),
    tasks: named('ecs', `task/${name}-cluster/*`),
    inCluster: {
      resources: ['*'],
      conditions: { ArnLike: { 'ecs:cluster': arn(construct, 'ecs', `cluster/${name}-cluster`) } },
      wildcardReason: 'The action is granted by cluster, which is a condition and not a resource.',
    },
    queues: named('sqs', `${name}-*`),
    repositories: {
      resources: repositoryGlobs(scope.images, scope.namePattern).map((glob) =>
        arn(construct, 'ecr', `repository/${glob}`),
      ),
      wildcardReason: BY_NAME,
    },
    logs: named('logs', `log-group:/ecs/${name}/*`),
    topic: { resources: [scope.topic, scope.chatTopic].flatMap((topic) => topic?.topicArn ?? []) },
    webhook: {
      resources: scope.hasWebhook ? [arn(construct, 'events', 'event-bus/default')] : [],
      // A call may put events of several sources. Without the second condition, the first would admit a call without the key.
      conditions: {
        'ForAllValues:StringEquals': { 'events:source': WEBHOOK_EVENT.source },
        Null: { 'events:source': 'false' },
      },
    },
    reportReader: { resources: [reportReaderArn(construct)] },
    certificateKey: { resources: [scope.certificateKey.keyArn] },
    schedules: {
      resources: [scope.schedules.scheduleArns],
      wildcardReason: 'Schedules of the group; each environment has its own.',
    },
    apis: {
      resources: ['/apis', '/apis/*', '/restapis', '/restapis/*'].map(
        (path) => `arn:${Aws.PARTITION}:apigateway:${Aws.REGION}::${path}`,
      ),
      wildcardReason: 'APIs have ids of AWS’s own; the action only reads.',
    },
    scheduleRole: {
      resources: [scope.schedules.role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } },
    },
  };
}

/** These functions start other machines than `teardown`. */
const STARTS: Partial<Record<HandlerName, Target>> = { 'pull-request': 'pullRequests' };

/** A sweep reads which builds of checks belong to a run, and then in CloudTrail what these have created. */
function readCheckBuilds(construct: Construct, { checkProjects }: FunctionScope): Grant[] {
  if (checkProjects.length === 0) return [];
  const resources = checkProjects.map((project) => projectArn(construct, project));
  return [{ actions: ['codebuild:BatchGetBuilds', 'codebuild:ListBuildsForProject'], resources }];
}

/** Returns the separate permission that PutObject with a retention needs. */
function lockCertificates({ bucket }: FunctionScope): Grant {
  return {
    actions: ['s3:PutObjectRetention'],
    resources: [bucket.arnForObjects('environments/*/runs/*/certificate.json')],
    wildcardReason: 'Certificates of environments and runs are known by their pattern.',
  };
}

const TARGETS: Record<string, Target> = {
  ...on('records', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Scan'),
  ...on('lockTables', 'dynamodb:DescribeTable'),
  ...on('executions', 'states:DescribeExecution', 'states:GetExecutionHistory'),
  ...on('machines', 'states:ListExecutions'),
  ...on('board', 'lambda:InvokeFunction'),
  ...on('buildLogs', 'logs:GetLogEvents'),
  ...on('stoppable', 'states:StopExecution'),
  ...on('teardown', 'states:StartExecution'),
  ...on('builds', 'codebuild:ListBuildsForProject', 'codebuild:BatchGetBuilds'),
  ...on('previews', 'codebuild:StartBuild'),
  ...on('clusters', 'ecs:DescribeClusters'),
  ...on('services', 'ecs:DescribeServices'),
  ...on('tasks', 'ecs:DescribeTasks'),
  ...on('inCluster', 'ecs:ListTasks', 'ecs:ListServices'),
  ...on('queues', 'sqs:GetQueueAttributes', 'sqs:GetQueueUrl'),
  ...on('repositories', 'ecr:DescribeImages', 'ecr:BatchGetImage', 'ecr:PutImage'),
  ...on('logs', 'logs:DescribeLogStreams', 'logs:FilterLogEvents'),
  ...on('topic', 'sns:Publish'),
  ...on('webhook', 'events:PutEvents'),
  ...on('reportReader', 'sts:AssumeRole'),
  ...on('certificateKey', 'kms:Sign', 'kms:GetPublicKey'),
  ...on('schedules', 'scheduler:CreateSchedule', 'scheduler:UpdateSchedule', 'scheduler:DeleteSchedule'),
  ...on('scheduleRole', 'iam:PassRole'),
  ...on('terraformRole', 'iam:SimulatePrincipalPolicy'),
  ...on('apis', 'apigateway:GET'),
  ...on(
    'anything',
    'logs:DescribeLogGroups',
    'ecs:DescribeTaskDefinition',
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeRules',
    'elasticloadbalancing:DescribeTargetGroups',
    'elasticloadbalancing:DescribeTargetHealth',
    'ec2:DescribeTags',
    'cloudtrail:LookupEvents',
  ),
};

function on(target: Target, ...actions: string[]): Record<string, Target> {
  return Object.fromEntries(actions.map((action) => [action, target]));
}
