import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import type { LabContext } from './context.ts';
import { awsEnvironment } from './credentials.ts';
import { runProgram } from './program.ts';

export interface CdkOptions {
  /** The app is the path of a synthesized assembly (`cdk.out`), or the command of an app, as `cdk --app` takes it. */
  app: string;
  /** The stacks are given by name; the default is all of them. */
  stacks?: readonly string[];
  /** The signal ends the CLI. */
  signal?: AbortSignal;
}

/** Runs the real `cdk bootstrap` of the lab's account and region. The output is in `<directory>/cdk.log`. */
export async function bootstrap(context: LabContext, signal?: AbortSignal): Promise<void> {
  await cdk(context, ['bootstrap', `aws://${context.accountId}/${context.region}`], signal);
}

/** Runs the real `cdk deploy`, which creates or updates the stacks. */
export async function deploy(context: LabContext, options: CdkOptions): Promise<void> {
  // A change set is for a person to read before it is executed.
  const unattended = ['--require-approval', 'never', '--method', 'direct'];
  await cdk(context, ['deploy', ...unattended, ...target(options)], options.signal);
}

/** Runs the real `cdk destroy`. */
export async function destroy(context: LabContext, options: CdkOptions): Promise<void> {
  await cdk(context, ['destroy', '--force', ...target(options)], options.signal);
}

function target(options: CdkOptions): string[] {
  return ['--app', options.app, ...(options.stacks?.length ? options.stacks : ['--all'])];
}

/** @throws with the end of the CLI's output when it fails */
async function cdk(context: LabContext, args: readonly string[], signal?: AbortSignal): Promise<void> {
  warmUp(context);
  const script = join(context.projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  await runProgram(context, {
    name: `cdk ${args[0]}`,
    args: [script, ...FLAGS, ...args],
    cwd: context.directory,
    env: cdkEnvironment(context),
    log: 'cdk.log',
    signal,
  });
}

const FLAGS = [
  '--no-notices',
  '--no-version-reporting',
  '--no-asset-metadata',
  '--no-path-metadata',
  '--ci',
  '--no-color',
];

function cdkEnvironment(context: LabContext): Record<string, string> {
  return {
    ...awsEnvironment(context.endpoint, context.region, 'operator'),
    CDK_DISABLE_CLI_TELEMETRY: 'true',
    CDK_DEFAULT_ACCOUNT: context.accountId,
    CDK_DEFAULT_REGION: context.region,
    // With an address the SDK would have to use path style, which it does by itself only for addresses.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: context.endpoint.replace('127.0.0.1', 'localhost'),
    // The files that an interrupted CLI leaves behind are removed with the lab.
    TMPDIR: context.directory,
    npm_config_update_notifier: 'false',
  };
}

/** The emulator loads CloudFormation's part at its first call, in the second that the CLI takes to start. */
function warmUp(context: LabContext): void {
  const client = new CloudFormationClient(context.emulator);
  client
    .send(new ListStacksCommand({}))
    .catch((error: Error) => context.log(`cloudformation: ${error.message}`))
    .finally(() => client.destroy());
}
