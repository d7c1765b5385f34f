import {
  type Account,
  ARCHITECTURE,
  accountOf,
  type Claim,
  claimOf,
  FUNCTION,
  PATH_IN_SOURCE,
  type Rule,
  type Variables,
} from '../variables.ts';

/** All that a build may do. */
export const COMMANDS = [
  'bootstrap',
  'repositories',
  'plan',
  'plan-rollout',
  'apply',
  'destroy-plan',
  'destroy',
  'destroy-backend',
] as const;
export type Command = (typeof COMMANDS)[number];

export interface Settings extends Account, Claim {
  command: Command;
  run: string;
  /** Folder of the run in the control bucket. */
  runKey: string;
  controlBucket: string;
  stateBucket: string;
  lockTable: string;
  terraformVersion: string;
  expiresAt: string;
  /** Seconds before a destroy is tried again. */
  destroyPause: number;
  /** Seconds between two looks at what a destroy waits for. */
  watchPause: number;
  blockersFunction: string | undefined;
  project: string | undefined;
  permissionsBoundary: string | undefined;
  notificationsTopic: string | undefined;
  /** Keys of the two states; empty for a command that needs the other one. */
  bootstrapStateKey: string;
  stateKey: string;
  hasImages: boolean;
  /** Empty for `destroy-backend`. */
  stackRoot: string;
  images: Images | undefined;
  cpuArchitecture: string | undefined;
  /** Whether the execution that made the environment has set variables of the stack. */
  hasInputs: boolean;
  /** 0 for a command that plans no destruction. */
  maxDeletions: number;
}
export interface Images {
  api: string;
  worker: string;
}

const BUCKET: Rule = ['[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', 'the name of a bucket'];
const STATE_KEY: Rule = ['[A-Za-z0-9][A-Za-z0-9._/-]{0,511}', 'an S3 key'];
const PROJECT: Rule = ['[a-z][a-z0-9-]{1,30}', 'the value of the tag "project"'];
const IMAGE: Rule = ['[A-Za-z0-9][A-Za-z0-9.:/_-]*@sha256:[0-9a-f]{64}', 'an image by digest'];
const VALUES = {
  command: [COMMANDS.join('|'), `one of ${COMMANDS.join(', ')}`],
  run: ['[A-Za-z0-9][A-Za-z0-9._-]{0,79}', 'the id of a run'],
  version: ['[0-9]+\\.[0-9]+\\.[0-9]+', 'a version such as 1.11.4'],
  expiresAt: [
    '[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z',
    'a time in UTC, such as 2030-01-31T18:00:00Z',
  ],
  boundary: ['arn:[a-z-]+:iam::([0-9]{12}|aws):policy/[A-Za-z0-9+=,.@_/-]{1,512}', 'the ARN of an IAM policy'],
  topic: ['arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}', 'the ARN of an SNS topic'],
} as const satisfies Record<string, Rule>;

/** @throws BuildFailure that names the variable which is missing or malformed */
export function terraformSettings(variables: Variables): Settings {
  const command = variables.required('COMMAND', VALUES.command) as Command;
  const ofBackend = command === 'bootstrap' || command === 'destroy-backend';
  const plans = command === 'plan' || command === 'plan-rollout';
  const destroys = command === 'destroy-plan' || command === 'destroy';
  const account = accountOf(variables);
  const claim = claimOf(variables);
  const run = variables.required('RUN', VALUES.run);
  const own = namesOf(account, run);
  const common = {
    ...{ command, ...account, ...claim, run },
    runKey: variables.required('RUN_KEY', own.runKey),
    controlBucket: variables.required('CONTROL_BUCKET', BUCKET),
    stateBucket: variables.required('STATE_BUCKET', own.stateBucket),
    lockTable: variables.required('LOCK_TABLE', own.lockTable),
    terraformVersion: variables.required('TERRAFORM_VERSION', VALUES.version),
    expiresAt: variables.required('EXPIRES_AT', VALUES.expiresAt),
    destroyPause: Number(variables.optional('DESTROY_PAUSE', ['[0-9]{1,3}', 'seconds']) ?? 10),
    watchPause: Number(variables.optional('WATCH_PAUSE', ['[0-9]{1,3}(\\.[0-9])?', 'seconds']) ?? 10),
    blockersFunction: variables.optional('BLOCKERS_FUNCTION', FUNCTION),
    project:
      command === 'repositories' ? variables.required('PROJECT', PROJECT) : variables.optional('PROJECT', PROJECT),
    permissionsBoundary: variables.optional('PERMISSIONS_BOUNDARY', VALUES.boundary),
    notificationsTopic: variables.optional('NOTIFICATIONS_TOPIC', VALUES.topic),
    cpuArchitecture: variables.optional('CPU_ARCHITECTURE', ARCHITECTURE),
    hasInputs: variables.optional('INPUTS', ['given|none', 'given or none']) === 'given',
  };
  const bootstrapStateKey = ofBackend ? variables.required('BOOTSTRAP_STATE_KEY', own.bootstrapStateKey) : '';
  const stateKey = ofBackend ? '' : variables.required('STATE_KEY', STATE_KEY);
  const hasImages = !ofBackend && variables.required('HAS_IMAGES', ['yes|no', 'yes or no']) === 'yes';
  return {
    ...common,
    bootstrapStateKey,
    stateKey,
    hasImages,
    stackRoot:
      command === 'destroy-backend' ? '' : variables.required('STACK_ROOT', [PATH_IN_SOURCE, 'a folder in the source']),
    images: imagesOf(variables, plans && (hasImages || command === 'plan-rollout')),
    maxDeletions: destroys ? Number(variables.required('MAX_DELETIONS', ['[1-9][0-9]{0,4}', 'a number'])) : 0,
  };
}

/** What belongs to this environment and this run: a name of another one is refused, whoever asks. */
function namesOf({ environment, prefix, accountId }: Account, run: string) {
  return {
    runKey: [
      `environments/${environment}/runs/${run.replaceAll('.', '[.]')}`,
      'the folder of the run in the control bucket',
    ],
    stateBucket: [`${prefix}-tfstate-${accountId}`, 'the bucket of the state of this environment'],
    lockTable: [`${prefix}-tflock`, 'the lock table of this environment'],
    bootstrapStateKey: [
      `environments/${environment}/bootstrap/terraform[.]tfstate`,
      'the key of the state of its backend',
    ],
  } as const satisfies Record<string, Rule>;
}

function imagesOf(variables: Variables, needed: boolean): Images | undefined {
  if (!needed) return undefined;
  return { api: variables.required('API_IMAGE', IMAGE), worker: variables.required('WORKER_IMAGE', IMAGE) };
}
