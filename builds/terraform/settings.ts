import { type Image, imageList, imageUris } from '../image-list.ts';
import { BuildFailure } from '../report.ts';
import {
  type Account,
  ARCHITECTURE,
  accountOf,
  type Claim,
  COMMIT,
  claimOf,
  FUNCTION,
  PATH_IN_SOURCE,
  type Rule,
  type Variables,
} from '../variables.ts';

/** A build may run these commands, and no other. */
export const COMMANDS = [
  'bootstrap',
  'repositories',
  'plan',
  'review',
  'plan-rollout',
  'apply',
  'destroy-plan',
  'destroy',
  'destroy-backend',
  'preview',
] as const;
export type Command = (typeof COMMANDS)[number];

/**
 * One build may run these commands in sequence, under one name: a build costs half a minute before it does anything.
 */
export const SEQUENCES = {
  /** The sequence creates the backend, and the repositories that images are pushed to. */
  prepare: ['bootstrap', 'repositories'],
  /** The sequence is for a plan that no person approves. A plan that the review refuses is not applied. */
  provision: ['plan', 'review', 'apply'],
} as const satisfies Record<string, readonly Command[]>;

/** @returns the command itself, if it is not a sequence; `terraformSettings` refuses a name that is neither */
export function commandsOf(name: string): readonly string[] {
  return Object.entries(SEQUENCES).find(([sequence]) => sequence === name)?.[1] ?? [name];
}

export interface Settings extends Account, Claim {
  command: Command;
  run: string;
  /** The key is that of the run's folder in the control bucket. */
  runKey: string;
  controlBucket: string;
  stateBucket: string;
  lockTable: string;
  engine: 'terraform' | 'opentofu';
  engineVersion: string;
  expiresAt: string;
  /** The build waits for this number of seconds before a destroy is tried again. */
  destroyPause: number;
  /** The checks on what a destroy waits for have this interval, in seconds. */
  watchPause: number;
  blockersFunction: string | undefined;
  /** The name is empty for a command that reviews nothing, and so is the commit. */
  reviewFunction: string;
  commit: string;
  project: string | undefined;
  permissionsBoundary: string | undefined;
  notificationsTopic: string | undefined;
  /** The keys are those of the two states; each is empty for a command that needs the other one. */
  bootstrapStateKey: string;
  stateKey: string;
  /** The folder is empty for `destroy-backend`. */
  stackRoot: string;
  /** The backend exists outside of the runbook, and stays. */
  keepBackend: boolean;
  /** The root creates the backend; the folder is empty for a command that is about the stack. */
  bootstrapRoot: string;
  /** The list is empty for a command that is about the backend alone. */
  images: readonly Image[];
  /** The URIs are `<repository>@sha256:…`, by the name of the image; the map is empty for a command that plans none. */
  imageUris: Readonly<Record<string, string>>;
  cpuArchitecture: string | undefined;
  /** The value is true when the execution that created the environment has set variables of the stack. */
  hasInputs: boolean;
  /** The number is 0 for a command that plans no destruction. */
  maxDeletions: number;
}

/** The root is the project's own. */
const BOOTSTRAP_ROOT = 'infra/aws-v3/bootstrap';
const FOLDER: Rule = [PATH_IN_SOURCE, 'a folder in the source'];
const BUCKET: Rule = ['[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]', 'the name of a bucket'];
const STATE_KEY: Rule = ['[A-Za-z0-9][A-Za-z0-9._/-]{0,511}', 'an S3 key'];
/** The configuration has the pattern; its placeholders are replaced here. */
const BACKEND_PATTERN: Rule = [
  '[A-Za-z0-9_.-]*[{]environment[}][A-Za-z0-9_.-]*|[A-Za-z0-9_.-]*([{](environment|account)[}][A-Za-z0-9_.-]*){2}',
  'the pattern of names of backends, with {environment}',
];
const PROJECT: Rule = ['[a-z][a-z0-9-]{1,30}', 'the value of the tag "project"'];
const VALUES = {
  command: [COMMANDS.join('|'), `one of ${[...COMMANDS, ...Object.keys(SEQUENCES)].join(', ')}`],
  run: ['[A-Za-z0-9][A-Za-z0-9._-]{0,79}', 'the id of a run'],
  engine: ['terraform|opentofu', 'terraform or opentofu'],
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
  // A preview has no claim: there is no function that it could ask.
  const claim = claimOf(command === 'preview' ? variables.with('OWNERSHIP_FUNCTION', 'none') : variables);
  const run = variables.required('RUN', VALUES.run);
  const own = namesOf(account, run, variables);
  const common = {
    ...{ command, ...account, ...claim, run },
    runKey: variables.required('RUN_KEY', own.runKey),
    controlBucket: variables.required('CONTROL_BUCKET', BUCKET),
    stateBucket: variables.required('STATE_BUCKET', own.stateBucket),
    lockTable: variables.required('LOCK_TABLE', own.lockTable),
    engine: (variables.optional('ENGINE', VALUES.engine) ?? 'terraform') as Settings['engine'],
    engineVersion: variables.required('TERRAFORM_VERSION', VALUES.version),
    expiresAt: variables.required('EXPIRES_AT', VALUES.expiresAt),
    destroyPause: Number(variables.optional('DESTROY_PAUSE', ['[0-9]{1,3}', 'seconds']) ?? 10),
    watchPause: Number(variables.optional('WATCH_PAUSE', ['[0-9]{1,3}(\\.[0-9])?', 'seconds']) ?? 10),
    blockersFunction: variables.optional('BLOCKERS_FUNCTION', FUNCTION),
    reviewFunction: command === 'review' ? variables.required('REVIEW_FUNCTION', FUNCTION) : '',
    commit: command === 'review' ? variables.required('COMMIT', COMMIT) : '',
    project:
      command === 'repositories' ? variables.required('PROJECT', PROJECT) : variables.optional('PROJECT', PROJECT),
    permissionsBoundary: variables.optional('PERMISSIONS_BOUNDARY', VALUES.boundary),
    notificationsTopic: variables.optional('NOTIFICATIONS_TOPIC', VALUES.topic),
    cpuArchitecture: variables.optional('CPU_ARCHITECTURE', ARCHITECTURE),
    hasInputs: variables.optional('INPUTS', ['given|none', 'given or none']) === 'given',
  };
  const bootstrapStateKey = ofBackend ? variables.required('BOOTSTRAP_STATE_KEY', own.bootstrapStateKey) : '';
  const stateKey = ofBackend ? '' : variables.required('STATE_KEY', STATE_KEY);
  const images = ofBackend ? [] : imageList(variables, account);
  if (command === 'plan-rollout' && images.length === 0)
    throw new BuildFailure('there are no images to roll out: stack.images of the configuration is empty');
  return {
    ...common,
    bootstrapStateKey,
    stateKey,
    stackRoot: command === 'destroy-backend' ? '' : variables.required('STACK_ROOT', FOLDER),
    keepBackend: variables.optional('KEEP_BACKEND', ['yes|no', 'yes or no']) === 'yes',
    bootstrapRoot: ofBackend ? (variables.optional('BOOTSTRAP_ROOT', FOLDER) ?? BOOTSTRAP_ROOT) : '',
    images,
    imageUris: plans ? imageUris(variables, images) : {},
    maxDeletions: destroys ? Number(variables.required('MAX_DELETIONS', ['[1-9][0-9]{0,4}', 'a number'])) : 0,
  };
}

/** Returns the names of this environment and this run: a name of another one is refused, whatever the caller. */
function namesOf({ environment, prefix, accountId }: Account, run: string, variables: Variables) {
  const [bucket, table] = ['BACKEND_BUCKET', 'BACKEND_TABLE'].map((name) =>
    variables
      .optional(name, BACKEND_PATTERN)
      ?.replace('{environment}', environment)
      .replace('{account}', accountId)
      .replaceAll('.', '[.]'),
  );
  return {
    runKey: [
      `environments/${environment}/runs/${run.replaceAll('.', '[.]')}`,
      'the folder of the run in the control bucket',
    ],
    stateBucket: [bucket ?? `${prefix}-tfstate-${accountId}`, 'the bucket of the state of this environment'],
    lockTable: [table ?? `${prefix}-tflock`, 'the lock table of this environment'],
    bootstrapStateKey: [
      `environments/${environment}/bootstrap/terraform[.]tfstate`,
      'the key of the state of its backend',
    ],
  } as const satisfies Record<string, Rule>;
}
