import { join } from 'node:path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import type { LabContext } from './context.ts';
import { awsEnvironment } from './credentials.ts';
import { runProgram } from './program.ts';

export interface CdkOptions {
  /** A synthesized assembly (`cdk.out`), or the command of an app, as `cdk --app` takes it. */
  app: string;
  /** Stacks by name; all by default. */
  stacks?: readonly string[];
  /** Ends the CLI with this signal. */
  signal?: AbortSignal;
}

/** The real `cdk bootstrap` of the lab's account and region. Output goes to `<directory>/cdk.log`. */
export async function bootstrap(context: LabContext, signal?: AbortSignal): Promise<void> {
  await cdk(context, ['bootstrap', `aws://${context.accountId}/${context.region}`], signal);
}

/** The real `cdk deploy`: creates the stacks, or updates them. */
export async function deploy(context: LabContext, options: CdkOptions): Promise<void> {
  // A change set is for somebody to look at before it is executed.
  const unattended = ['--require-approval', 'never', '--method', 'direct'];
  await cdk(context, ['deploy', ...unattended, ...target(options)], options.signal);
}

/** The real `cdk destroy`. */
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
    // By address the SDK would have to use path style, which it does by itself only for addresses.
    AWS_ENDPOINT_URL_S3_FOR_CLOUDFORMATION: context.endpoint.replace('127.0.0.1', 'localhost'),
    // What the CLI leaves behind when it is interrupted goes with the lab.
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
