import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CodeBuildClient } from '@aws-sdk/client-codebuild';
import { S3Client } from '@aws-sdk/client-s3';
import { ListExecutionsCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { serveBoard } from '../cli/board-server.ts';
import { failedBuildLines } from '../cli/closing.ts';
import { describeFailure } from '../cli/event-details.ts';
import type { ExecutionEnd } from '../cli/timeline-event.ts';
import { watch } from '../cli/watch.ts';
import { type Lab, servicesWithIam, startLab } from '../lab/index.ts';
import { Breakdown, formatBreakdown } from './breakdown.ts';
import { type Deployment, deployRunbook, type Machine } from './deploy.ts';
import { pagesIn, saveEvidence } from './evidence.ts';
import { howToGoOn, saveVariables } from './keep.ts';
import { iamReport, saveReport } from './permission-usage.ts';

export interface DemoOptions {
  environment: string;
  /** This is the port of the gateway. The default is a free port. */
  port?: number;
  /** This file replaces runbook.config.ts. */
  config?: string;
  /** When true, the demo stops after the validation, and the lab stays up until `signal` is aborted. */
  keep: boolean;
  out: Writable;
  /** The signal ends the life at once, and in order. */
  signal: AbortSignal;
}

/** The history is read from this machine, so no quota limits the interval. */
const WATCH_INTERVAL_MS = 250;
const OWN_TEARDOWN_LOOKS = 40;

/**
 * Runs an environment through its whole life in a lab of its own, and shows it.
 * @returns whether all steps succeeded
 */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { out, signal } = options;
  const startedAt = Date.now();
  const breakdown = new Breakdown(startedAt);
  const say = (line: string) => void out.write(`${line}\n`);

  const lab = await startLab({
    services: servicesWithIam,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const stop = () => void lab.stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    if (signal.aborted) return false;
    const ready = Date.now();
    breakdown.add('lab start', ready - startedAt);
    say(`lab       ready on ${lab.endpoint} in ${seconds(ready - startedAt)}`);
    say('deploy    cdk bootstrap and cdk deploy …');
    const deployment = await deployRunbook(lab.context, { config: options.config });
    breakdown.add('deploy', Date.now() - ready);
    say(`deploy    stack Runbook is up in ${seconds(Date.now() - ready)}`);
    return await executions(lab, deployment, breakdown, options, say);
  } finally {
    signal.removeEventListener('abort', stop);
    await lab.stop();
  }
}

async function executions(
  lab: Lab,
  deployment: Deployment,
  breakdown: Breakdown,
  options: DemoOptions,
  say: (line: string) => void,
): Promise<boolean> {
  const { environment, keep, out, signal } = options;
  const client = new SFNClient(lab.context.client);
  const builds = {
    codebuild: new CodeBuildClient(lab.context.client),
    logs: new CloudWatchLogsClient(lab.context.client),
  };
  const run = async (machine: Machine, begun?: string): Promise<ExecutionEnd | undefined> => {
    say('');
    const input = JSON.stringify({ environment, reason: 'npm start' });
    const start = new StartExecutionCommand({ stateMachineArn: deployment.machines[machine], input });
    const executionArn = begun ?? (await client.send(start)).executionArn ?? '';
    const end = await watch(client, executionArn, out, {
      ...{ intervalMs: WATCH_INTERVAL_MS, signal, progress: builds },
      onEvent: (event) => {
        if (event.execution.arn === executionArn) breakdown.event(event);
      },
    });
    // The log ends with the lab.
    for (const line of end ? await failedBuildLines(builds, end) : []) say(line);
    return end;
  };

  const provisioned = await run('provision');
  if (keep && !signal.aborted) {
    const file = join(lab.context.projectRoot, '.lab', 'env');
    const s3 = new S3Client({ ...lab.context.client, forcePathStyle: true });
    const board = await serveBoard({ s3, controlBucket: deployment.controlBucket });
    const kept = {
      ...{ lab, deployment, environment, file },
      ...{ board: board.address, address: addressIn(provisioned?.output) },
    };
    await saveVariables(kept);
    for (const line of howToGoOn(kept)) say(line);
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await board.close();
  }
  if (signal.aborted) return false;
  // The resources of a failed provision are torn down too, because leftovers matter most in that case.
  const refused = provisioned?.error === 'PlanRefused';
  const tornDown = await run('teardown', refused ? await ownTeardown(client, deployment) : undefined);
  if (signal.aborted) return false;

  const folder = join(lab.context.projectRoot, '.lab', 'evidence');
  const files = await saveEvidence(lab.context.client, deployment.controlBucket, environment, folder);
  const passed = provisioned?.status === 'SUCCEEDED';
  const clean = tornDown?.status === 'SUCCEEDED' && tornDown.sweep?.verdict === 'CLEAN';
  say('');
  say(
    `${passed ? '✓' : '✗'} environment ${environment} ${passed ? 'provisioned and validated' : `not provisioned: ${whyOf(provisioned)}`}`,
  );
  say(`${clean ? '✓' : '✗'} torn down: ${tornDown?.sweep?.verdict ?? whyOf(tornDown)}`);
  say(`evidence  ${files.length} files in ${folder}`);
  for (const page of pagesIn(files)) say(`open      ${page}`);
  if (!passed || !clean)
    say(`explain   npm start -- --keep, and then: npx runbook --env-file .lab/env logs ${environment}`);
  const permissions = await iamReport(lab.context);
  say(await saveReport(permissions, join(lab.context.projectRoot, '.lab', 'iam.json')));
  say('');
  for (const line of formatBreakdown(breakdown.total(Date.now()))) say(line);
  return passed && clean;
}

/** The product tears an environment down by itself whose first plan was refused: lambdas/environment/execution-changed.ts. */
async function ownTeardown(client: SFNClient, { machines }: Deployment): Promise<string | undefined> {
  for (let look = 0; look < OWN_TEARDOWN_LOOKS; look += 1) {
    const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn: machines.teardown }));
    if (executions[0]?.executionArn) return executions[0].executionArn;
    await sleep(WATCH_INTERVAL_MS);
  }
  return undefined;
}

function whyOf(end: ExecutionEnd | undefined): string {
  return end ? describeFailure(end.error, end.cause).detail : 'it was not followed to its end';
}

/** Returns the address of the load balancer from the output of the provision. */
function addressIn(output: string | undefined): string | undefined {
  const { url } = JSON.parse(output ?? '{}') as { url?: unknown };
  return typeof url === 'string' && url ? url : undefined;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
