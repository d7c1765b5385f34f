import {
  PROVENANCE_ACTIONS,
  REMOVAL_ACTIONS,
  TAG_ACTIONS,
  USER_ACTIONS,
} from '../lambdas/contracts/functions/actions.ts';
import { FUNCTIONS } from '../lambdas/contracts/functions.ts';
import { GENERIC_ACTIONS } from '../lambdas/contracts/generic-kinds.ts';

/**
 * These are the reasons why roles keep permissions that no whole life of an environment uses. Every other permission
 * has to be used.
 */
export interface Unused {
  /** The roles have the names of the report; `*` stands for any text. */
  roles: string | readonly string[];
  actions: readonly string[];
  reason: string;
  /** Whether a life uses the permission depends on the time. */
  sometimes?: true;
}

const TRACES = ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'];
const LOOK_AT_TASKS = ['ecs:DescribeServices', 'ecs:DescribeTasks', 'ecs:ListTasks'];

/** The permission to send messages to a webhook is granted where the configuration has one. */
const isGranted = (action: string): boolean => action !== 'events:PutEvents';

export const UNUSED: readonly Unused[] = [
  {
    roles: 'runbook-report-reader',
    actions: ['s3:GetObject'],
    reason: 'Whoever gets a message may open its link; nobody does in a lifecycle.',
    sometimes: true,
  },
  {
    roles: 'Functions-EnvironmentMetrics',
    actions: ['dynamodb:UpdateItem', 'sns:Publish'],
    reason: 'Warns of an environment that has cost most of what it may; that of a lifecycle has no limit.',
    sometimes: true,
  },
  {
    roles: 'Functions-*',
    actions: TRACES,
    reason: 'Lambda sends traces as the function; the lab keeps none.',
  },
  {
    roles: 'Machines-*',
    actions: [...TRACES, 'xray:GetSamplingRules', 'xray:GetSamplingTargets'],
    reason: 'Step Functions sends traces as the machine; the lab keeps none.',
  },
  {
    roles: 'Machines-*',
    actions: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    reason: 'Step Functions has logs delivered as the machine, by a service that the lab does without.',
  },
  {
    roles: ['Machines-Provision', 'Machines-Deploy', 'Machines-Teardown'],
    actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
    reason: 'AWS tells a machine by this rule that what it waits for has ended. The lab asks.',
  },
  {
    roles: ['Machines-Provision', 'Machines-Deploy', 'Machines-Teardown'],
    actions: ['codebuild:StopBuild', 'states:StopExecution'],
    reason: 'Stops what an execution waits for when it is aborted itself: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: 'Machines-Expire',
    actions: ['states:StartExecution'],
    reason: 'Nothing outlives its time in this life: test/lifecycle/expiry.test.ts.',
  },
  {
    roles: 'Functions-Claim',
    actions: ['states:StopExecution'],
    reason: 'A teardown stops a provision that is under way: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: ['Functions-Claim', 'Functions-Outputs'],
    actions: ['s3:ListBucket'],
    reason: 'Without it S3 denies what is not there instead of saying so, and here everything is there.',
  },
  {
    roles: 'Functions-FindExpired',
    actions: ['states:DescribeExecution'],
    reason: 'Asks for who holds an environment that is past its time: test/lifecycle/expiry.test.ts.',
  },
  {
    roles: 'Functions-FindExpired',
    actions: ['dynamodb:GetItem', 'dynamodb:PutItem', 's3:GetBucketTagging', 's3:PutObject'],
    reason: 'Replaces a record that cannot be read, and all can: test/unit/lambdas/environment/find-expired.test.ts.',
  },
  {
    roles: [
      'Functions-EmptyBucket',
      'Functions-Inventory',
      'Functions-MoveTags',
      'Functions-RemoveUnmanaged',
      'Functions-RequireOwnership',
      'Functions-ReviewPlan',
    ],
    actions: ['dynamodb:GetItem'],
    reason: 'Names the owner in the refusal of who owns an environment no more: test/races.',
  },
  {
    roles: 'Functions-Claim',
    actions: ['dynamodb:UpdateItem'],
    reason: 'Takes up its own claim again in a redrive: test/races.',
  },
  {
    roles: 'Functions-ExecutionChanged',
    actions: ['states:StartExecution'],
    reason: 'Tears down what could not be provisioned, where that was asked for (onFailure: destroy).',
  },
  {
    roles: 'Functions-PullRequest',
    actions: [...FUNCTIONS['pull-request'].actions, 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Is called by workflows of pull requests: test/lifecycle/pull-request.test.ts.',
  },
  {
    roles: [
      'Functions-Board',
      'Functions-EnvironmentMetrics',
      'Functions-ExecutionChanged',
      'Functions-Orphans',
      'Functions-ExpiryWarning',
    ],
    actions: ['sqs:SendMessage'],
    reason: 'Lambda puts events there that could not be handled.',
  },
  {
    roles: 'Functions-ExpiryWarning',
    actions: ['dynamodb:GetItem', 'logs:CreateLogStream', 'logs:PutLogEvents', 'sns:Publish'],
    reason: 'Warns half an hour before the end, and this life is over before that.',
    sometimes: true,
  },
  {
    roles: 'Functions-EnvironmentMetrics',
    actions: ['dynamodb:Scan', 'lambda:InvokeFunction', 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Counts environments once an hour.',
    sometimes: true,
  },
  {
    roles: 'Functions-Orphans',
    actions: [...FUNCTIONS.orphans.actions.filter(isGranted), 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Looks at living environments once an hour: test/faults/orphans.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Schedules',
    actions: ['lambda:InvokeFunction', 'sqs:SendMessage', 'states:StartExecution'],
    reason: 'What is scheduled for the end of a life, and after it, is not waited for: test/lifecycle/expiry.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-SweepServices',
    actions: ['ecs:DescribeTasks', 'ecs:ListServices', 'ecs:ListTasks'],
    reason: 'Looks into clusters that are left, and none is: test/lab/aws/sweep.test.ts.',
  },
  {
    roles: ['Functions-SweepServices', 'Functions-RemoveUnmanaged'],
    actions: [
      'dynamodb:DescribeBackup',
      'iam:GetInstanceProfile',
      'iam:GetPolicy',
      'iam:GetUser',
      'kms:DescribeCustomKeyStores',
      'kms:DescribeKey',
    ],
    reason: 'Looks closer at what nothing here makes, but somebody may have: test/lab/aws/sweep.test.ts.',
  },
  {
    roles: 'Functions-SweepServices',
    actions: GENERIC_ACTIONS.filter((action) => action !== 'cloudformation:ListResources'),
    reason: 'Cloud Control calls the service of each type with them, where there is anything: test/lab/leftovers.',
    sometimes: true,
  },
  {
    roles: 'Functions-SweepServices',
    actions: PROVENANCE_ACTIONS,
    reason: 'Only the delayed sweeps ask CloudTrail: test/lifecycle/whole-life.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-RemoveUnmanaged',
    // The function reads the rules of the environment's groups before each destroy.
    actions: REMOVAL_ACTIONS.filter((action) => action !== 'ec2:DescribeSecurityGroupRules'),
    reason: 'Removes what Terraform lost when a build was killed, and none is: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: 'Functions-RemoveUnmanaged',
    actions: ['iam:ListEntitiesForPolicy', 'iam:ListInstanceProfilesForRole'],
    reason: 'Reads who uses what AWS refuses to delete, and nobody does: test/lab/aws/outsiders.test.ts.',
  },
  {
    roles: 'Functions-NameBlockers',
    actions: [...USER_ACTIONS, 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Is asked when a destroy waits for long or fails, and none does: test/lab/aws/outsiders.test.ts.',
    sometimes: true,
  },
  {
    roles: ['Functions-SweepServices', 'Functions-RemoveUnmanaged'],
    actions: ['dynamodb:Scan', ...TAG_ACTIONS],
    reason:
      'Tells whose something is that was found by its name, and hardly anything is: test/lab/aws/neighbours.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-Preflight',
    actions: ['dynamodb:Scan'],
    reason: 'Reads every record where names of environments may overlap, which they cannot under this pattern.',
  },
  {
    roles: ['Functions-CheckE2eOrder', 'Functions-CheckSqsBacklog'],
    actions: LOOK_AT_TASKS,
    reason: 'Asks whether a worker is there at all when it takes nothing for a while: test/lifecycle/breaks.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Builds-Terraform',
    actions: ['sns:GetSubscriptionAttributes', 'sns:SetSubscriptionAttributes', 'sns:Subscribe', 'sns:Unsubscribe'],
    reason: 'Subscribes the addresses of alert_emails, of which there are none by default.',
  },
  {
    roles: 'Builds-Terraform',
    actions: [
      'ec2:CreateFlowLogs',
      'ec2:CreateVpcEndpoint',
      'ec2:DeleteFlowLogs',
      'ec2:DeleteVpcEndpoints',
      'ec2:DescribeFlowLogs',
      'ec2:DescribePrefixLists',
      'ec2:DescribeVpcEndpoints',
      'ec2:ModifyVpcEndpoint',
      'ecs:PutClusterCapacityProviders',
      'elasticloadbalancing:SetWebAcl',
      'kms:CreateGrant',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'wafv2:AssociateWebACL',
      'wafv2:DisassociateWebACL',
      'wafv2:GetWebACLForResource',
    ],
    reason: 'Options of the stack that are off (infra/aws-v3/stack/options.tf).',
  },
  {
    roles: 'Builds-Terraform',
    actions: ['iam:PutRolePermissionsBoundary'],
    reason: 'Gives its boundary to a role that is older than it: test/lab/escalation.test.ts.',
  },
  {
    roles: 'Builds-Terraform',
    actions: [
      'application-autoscaling:UntagResource',
      'cloudwatch:UntagResource',
      'dynamodb:UntagResource',
      'ec2:DeleteTags',
      'ecr:UntagResource',
      'ecs:UntagResource',
      'elasticloadbalancing:RemoveTags',
      'events:UntagResource',
      'iam:UntagRole',
      'logs:UntagResource',
      'rds:RemoveTagsFromResource',
      'secretsmanager:UntagResource',
      'sns:UntagResource',
      'sqs:UntagQueue',
    ],
    reason: 'Takes off tags that somebody has put on by hand, which Terraform would otherwise fail over.',
  },
  {
    roles: 'Builds-Terraform',
    actions: [
      'dynamodb:UpdateTable',
      'ec2:ModifySecurityGroupRules',
      'ec2:ModifySubnetAttribute',
      'ec2:ModifyVpcAttribute',
      'ec2:ReplaceRoute',
      'ec2:ReplaceRouteTableAssociation',
      'ecr:PutImageScanningConfiguration',
      'ecr:PutImageTagMutability',
      'ecs:UpdateCluster',
      'elasticloadbalancing:ModifyListener',
      'elasticloadbalancing:ModifyTargetGroup',
      'elasticloadbalancing:SetSecurityGroups',
      'elasticloadbalancing:SetSubnets',
      'iam:UpdateAssumeRolePolicy',
      'iam:UpdateRole',
      'iam:UpdateRoleDescription',
      'logs:DeleteRetentionPolicy',
      'rds:ModifyDBInstance',
      'rds:ModifyDBSubnetGroup',
      'secretsmanager:ListSecretVersionIds',
      'secretsmanager:UpdateSecret',
      'secretsmanager:UpdateSecretVersionStage',
    ],
    reason: 'A provision over a changed configuration, or over what somebody has changed by hand, mends it in place.',
  },
  {
    roles: 'Builds-Terraform',
    actions: [
      'ecr:DeleteLifecyclePolicy',
      'ecr:GetLifecyclePolicy',
      'ecr:PutLifecyclePolicy',
      'elasticloadbalancing:CreateRule',
      'elasticloadbalancing:DeleteRule',
      'elasticloadbalancing:DescribeRules',
      'elasticloadbalancing:ModifyRule',
      'elasticloadbalancing:SetRulePriorities',
    ],
    reason: 'Roots of others have rules of listeners and lifecycle policies, in the set "platform".',
  },
  {
    roles: 'Builds-Terraform',
    actions: ['iam:DetachRolePolicy', 'iam:RemoveRoleFromInstanceProfile'],
    reason: 'Terraform takes off what somebody has attached to a role before it deletes the role.',
  },
  {
    roles: 'Builds-Terraform',
    actions: ['codebuild:BatchGetBuilds'],
    reason: 'Asks whether the build that holds a lock is over: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: 'Builds-*',
    actions: ['s3:GetBucketAcl', 's3:GetBucketLocation', 's3:GetObjectVersion'],
    reason: 'CodeBuild documents them for a source in S3; the lab fetches the object alone.',
  },
  {
    roles: 'Functions-CheckEcrImages',
    actions: ['ecr:BatchGetImage'],
    reason:
      'Looks into an index when a task reports another digest than the tag; the images of the lab are plain ones.',
  },
  {
    roles: 'Github',
    actions: ['ecr:BatchGetImage', 'ecr:DescribeRepositories'],
    reason: 'The workflow asks which images are there already, as builds do; this life pushes without asking.',
  },
  {
    roles: ['Builds-Images', 'Github'],
    actions: [
      'ecr:BatchCheckLayerAvailability',
      'ecr:CompleteLayerUpload',
      'ecr:InitiateLayerUpload',
      'ecr:UploadLayerPart',
    ],
    reason: 'Docker moves an image layer by layer; the images of the lab have none.',
  },
  {
    roles: 'Builds-Images',
    actions: ['ecr:GetDownloadUrlForLayer'],
    reason: 'Docker takes up what an older image has; the images of the lab have no layers.',
  },
  {
    roles: 'execution',
    actions: ['ecr:BatchCheckLayerAvailability', 'ecr:GetAuthorizationToken', 'ecr:GetDownloadUrlForLayer'],
    reason: 'ECS logs in and pulls an image layer by layer; the images of the lab have none.',
  },
  {
    roles: 'worker-task',
    actions: ['sqs:ChangeMessageVisibility'],
    reason: 'Puts an order off that failed for now, and none does: test/lifecycle/breaks.test.ts.',
  },
];
