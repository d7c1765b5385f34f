import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { watch } from '../../cli/watch.ts';
import { deployRunbook } from '../../demo/deploy.ts';
import { iamReport } from '../../demo/permission-usage.ts';
import { destroy } from '../../lab/cdk.ts';
import type { Lab } from '../../lab/lab.ts';
import { deniedCalls } from './denied.ts';
import { emptyBucketsOf } from './empty-buckets.ts';
import { TTL_HOURS } from './guards.ts';
import type { Steps } from './life.ts';
import { StepRecorder } from './record.ts';

/** A life runs in an account of AWS or in the lab. */

const ROOT = join(import.meta.dirname, '../..');
const CONFIG = 'test/aws/aws.config.ts';
const ENVIRONMENT = 'awstest';
const PREFIX = `order-platform-${ENVIRONMENT}-v3`;
/** CloudTrail has most calls within five minutes, and promises no time. */
const TRAIL_MS = 10 * 60_000;

export interface Place {
  sfn: SFNClient;
  region: string;
  machineArn(machine: string): string;
  signal: AbortSignal;
}

export function onAws(place: Place): Steps {
  return {
    ...runner(place, 2_000),
    async deploy() {
      await cdk(place.region, 'bootstrap');
      await cdk(place.region, 'deploy', 'Runbook', '--require-approval', 'never');
    },
    async denied(since) {
      await delay(TRAIL_MS);
      return deniedCalls(place.region, PREFIX, since);
    },
    async destroy() {
      await emptyBucketsOf('Runbook', { region: place.region });
      await cdk(place.region, 'destroy', 'Runbook', '--force');
    },
  };
}

export function inLab({ context }: Lab, place: Place): Steps {
  return {
    ...runner(place, 250),
    async deploy() {
      await deployRunbook(context, { config: join(ROOT, CONFIG) });
    },
    async denied() {
      const report = await iamReport(context);
      return report.flatMap(({ role, denied }) =>
        denied.map((one) => ({ role, action: one.split(' ')[0] ?? one, message: one })),
      );
    },
    async destroy() {
      await emptyBucketsOf('Runbook', context.client);
      await destroy(context, { app: join(context.directory, 'cdk.out'), stacks: ['Runbook'] });
    },
  };
}

/** @param intervalMs the time between two reads of a history */
function runner({ sfn, machineArn, signal }: Place, intervalMs: number): Pick<Steps, 'run' | 'say'> {
  return {
    say: (line) => void process.stdout.write(`\n${line}\n`),
    async run(machine) {
      const recorder = new StepRecorder();
      const input = {
        environment: ENVIRONMENT,
        ...(machine === 'provision' ? { ttlHours: TTL_HOURS } : {}),
        ...(machine === 'validate' || machine === 'sweep' ? {} : { reason: 'npm run test:aws' }),
      };
      const { executionArn = '' } = await sfn.send(
        new StartExecutionCommand({ stateMachineArn: machineArn(machine), input: JSON.stringify(input) }),
      );
      // An interruption ends the steps that create something, and none that removes it.
      const cleaning = machine === 'teardown' || machine === 'sweep';
      const end = await watch(sfn, executionArn, process.stdout, {
        intervalMs,
        ...(cleaning ? {} : { signal }),
        onEvent: (event) => recorder.event(event),
      });
      return recorder.step(machine, end);
    },
  };
}

async function cdk(region: string, ...args: string[]): Promise<void> {
  const script = join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk');
  const env = { ...process.env, AWS_REGION: region, RUNBOOK_CONFIG: CONFIG };
  const child = spawn(process.execPath, [script, ...args, '--no-notices', '--ci'], {
    cwd: ROOT,
    env,
    stdio: 'inherit',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`cdk ${args[0]} ended with exit code ${code}`);
}
