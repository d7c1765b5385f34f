import {
  PROVENANCE_ACTIONS,
  REMOVAL_ACTIONS,
  TAG_ACTIONS,
  USER_ACTIONS,
} from '../../lambdas/contracts/functions/actions.ts';
import { FUNCTIONS } from '../../lambdas/contracts/functions.ts';
import { GENERIC_ACTIONS } from '../../lambdas/contracts/generic-kinds.ts';
import { TRACES, type Unused } from './unused.ts';

const READ_TASKS = ['ecs:DescribeServices', 'ecs:DescribeTasks', 'ecs:ListTasks'];

/** The permission to send messages to a webhook is granted where the configuration has one. */
const isGranted = (action: string): boolean => action !== 'events:PutEvents';

/** The roles of functions. */
export const OF_FUNCTIONS: readonly Unused[] = [
  {
    roles: 'Functions-EnvironmentMetrics',
    actions: ['dynamodb:UpdateItem', 'sns:Publish'],
    reason: 'Warns when an environment has cost most of its limit; that of a lifecycle has no limit.',
    sometimes: true,
  },
  {
    roles: 'Functions-*',
    actions: TRACES,
    reason: 'Lambda sends traces as the function; the lab keeps none.',
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
    reason: 'Reads which execution owns an environment that has expired: test/lifecycle/expiry.test.ts.',
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
    reason: 'Reads the owner, for the error of an execution that no longer owns an environment: test/races.',
  },
  {
    roles: 'Functions-Claim',
    actions: ['dynamodb:UpdateItem'],
    reason: 'Renews its own claim in a redrive: test/races.',
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
    reason: 'Lambda sends events there that could not be handled.',
  },
  {
    roles: 'Functions-Verdict',
    actions: ['kms:GetPublicKey'],
    reason: 'Verifies a certificate whose digest the record does not have: test/lab/aws/signed.test.ts.',
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
    reason: 'Searches the environments that exist once an hour: test/faults/orphans.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-SweepServices',
    actions: ['ecs:DescribeTasks', 'ecs:ListServices', 'ecs:ListTasks'],
    reason: 'Reads the tasks of clusters that remain, and none remains: test/lab/aws/sweep.test.ts.',
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
    reason:
      'Reads further facts of kinds that no lifecycle creates, but that somebody may have: test/lab/aws/sweep.test.ts.',
  },
  {
    roles: 'Functions-SweepServices',
    actions: GENERIC_ACTIONS.filter((action) => action !== 'cloudformation:ListResources'),
    reason: 'Cloud Control calls the service of each type with them, where a resource exists: test/lab/leftovers.',
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
    reason: 'Removes what Terraform lost when a build was stopped, and none is: test/lifecycle/cut-short.test.ts.',
  },
  {
    roles: 'Functions-RemoveUnmanaged',
    actions: ['iam:ListEntitiesForPolicy', 'iam:ListInstanceProfilesForRole'],
    reason: 'Reads who uses what AWS refuses to delete, and nobody does: test/lab/aws/outsiders.test.ts.',
  },
  {
    roles: 'Functions-NameBlockers',
    actions: [...USER_ACTIONS, 'logs:CreateLogStream', 'logs:PutLogEvents'],
    reason: 'Is called when a destroy waits for long or fails, and none does: test/lab/aws/outsiders.test.ts.',
    sometimes: true,
  },
  {
    roles: ['Functions-SweepServices', 'Functions-RemoveUnmanaged'],
    actions: ['dynamodb:Scan', ...TAG_ACTIONS],
    reason:
      'Finds the owner of a resource that was found by its name, and hardly any is: test/lab/aws/neighbours.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-Preflight',
    actions: ['dynamodb:Scan'],
    reason: 'Reads every record where names of environments may overlap, which they cannot under this pattern.',
  },
  {
    roles: ['Functions-CheckE2eOrder', 'Functions-CheckSqsBacklog'],
    actions: READ_TASKS,
    reason: 'Reads whether there is a worker when messages wait for a while: test/lifecycle/breaks.test.ts.',
    sometimes: true,
  },
  {
    roles: 'Functions-CheckEcrImages',
    actions: ['ecr:BatchGetImage'],
    reason: 'Reads an index when a task reports another digest than the tag; the images of the lab have none.',
  },
];
