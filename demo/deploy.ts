import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { bootstrap, deploy, type LabContext, runProgram } from '../lab/index.ts';
import { MACHINES, type MachineName } from '../lambdas/contracts/record.ts';

export type Machine = MachineName;

export interface Deployment {
  /** The values are ARNs of state machines. */
  machines: Record<Machine, string>;
  controlBucket: string;
}

const STACK = 'Runbook';

export interface DeployOptions {
  /** This file replaces runbook.config.ts. */
  config?: string | undefined;
  /** This time between the two passes of a sweep replaces the one that is configured for AWS. */
  settleSeconds?: number | undefined;
}

/** A task may take some seconds to stop in the lab, too. */
const SETTLE_SECONDS = 15;

/** Deploys the product's own CDK app to the lab in the same way as an operator: bootstrap, synth, deploy. */
export async function deployRunbook(context: LabContext, options: DeployOptions = {}): Promise<Deployment> {
  const assembly = join(context.directory, 'cdk.out');
  await Promise.all([bootstrap(context), synthesize(context, assembly, options)]);
  await deploy(context, { app: assembly, stacks: [STACK] });
  return describeDeployment(context);
}

/**
 * Runs the CDK app in the same way as the CLI, but without the CLI, so that it can run at the same time as the
 * bootstrap.
 */
async function synthesize(
  context: LabContext,
  assembly: string,
  { config, settleSeconds = SETTLE_SECONDS }: DeployOptions,
): Promise<void> {
  const cdkJson = await readFile(join(context.projectRoot, 'cdk.json'), 'utf8');
  await runProgram(context, {
    name: 'the CDK app',
    args: [join(context.projectRoot, 'bin', 'app.ts')],
    cwd: context.projectRoot,
    env: {
      // Tests check the rules for the template. The rules take longer than the synthesis itself.
      CDK_VALIDATION: 'false',
      CDK_OUTDIR: assembly,
      ...(config ? { RUNBOOK_CONFIG: config } : {}),
      RUNBOOK_SETTLE_SECONDS: String(settleSeconds),
      CDK_CONTEXT_JSON: JSON.stringify((JSON.parse(cdkJson) as { context: unknown }).context),
      CDK_DEFAULT_ACCOUNT: context.accountId,
      CDK_DEFAULT_REGION: context.region,
    },
    log: 'synth.log',
  });
  await thinMetadata(join(assembly, `${STACK}.metadata.json`));
}

/** No deployment reads these: where a construct was created, which of its findings are answered, what it uses of CDK. */
const UNREAD = /^aws:cdk:(acknowledged-rules|creationStack|analytics:.*)$/;

/** The CLI parses this file again at each event of the deployment, for the path of one construct. */
async function thinMetadata(file: string): Promise<void> {
  const metadata = JSON.parse(await readFile(file, 'utf8')) as Record<string, { type: string }[]>;
  const thin = Object.entries(metadata).flatMap(([path, entries]) => {
    const read = entries.filter(({ type }) => !UNREAD.test(type));
    return read.length > 0 ? [[path, read]] : [];
  });
  await writeFile(file, JSON.stringify(Object.fromEntries(thin)));
}

async function describeDeployment(context: LabContext): Promise<Deployment> {
  const client = new CloudFormationClient(context.client);
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: STACK }));
  client.destroy();
  const outputs = new Map(Stacks?.[0]?.Outputs?.map((output) => [output.OutputKey, output.OutputValue]));
  const output = (key: string) => {
    const value = outputs.get(key);
    if (!value) throw new Error(`stack ${STACK} has no output "${key}"`);
    return value;
  };
  const arns = MACHINES.map((machine) => {
    const key = `${machine.charAt(0).toUpperCase()}${machine.slice(1)}MachineArn`;
    return [machine, output(key)] as const;
  });
  return { machines: Object.fromEntries(arns) as Record<Machine, string>, controlBucket: output('ControlBucket') };
}
