import { resolve } from 'node:path';
import { DescribeExecutionCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { CHECKS } from '../../../../lambdas/contracts/contracts.ts';
import { MACHINES, type MachineName } from '../../../../lambdas/contracts/record.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../../lib/machines/definition.ts';
import { startAccount } from '../../states/account.ts';
import { functionsOf } from './functions.ts';
import { services } from './services.ts';
import { World } from './world.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const MACHINE_ARNS = 'arn:aws:states:eu-west-1:123456789012:stateMachine:runbook-';

/** Times as short as they can be; a test may give others. */
const NUMBERS: Record<string, number> = {
  CheckCount: CHECKS.length,
  Seconds: 1,
  Attempts: 2,
  Minutes: 1,
  TimeoutSeconds: 60,
};

/** The machines, from their own files, in an account where every service does as the test wants. */
export async function startRunbook(numbers: Record<string, number> = {}) {
  const world = new World();
  const account = await startAccount(() => services(world));
  const { sfn } = account;
  const functions = functionsOf(world, {
    describeExecution: async (executionArn) => {
      if (executionArn.endsWith(':past')) return { status: 'FAILED', redriveCount: 0 };
      const { status = '', redriveCount = 0 } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
      return world.stale.get(executionArn) ?? { status, redriveCount };
    },
    stopExecution: async (executionArn, error, cause) => {
      await sfn.send(new StopExecutionCommand({ executionArn, error, cause }));
    },
  });
  const reset = () => world.reset({ ...functions });
  reset();
  for (const machine of MACHINES) await account.create(definitionOf(machine, numbers), `runbook-${machine}`);

  const start = (machine: MachineName, input: object, name?: string) =>
    account.start(`${MACHINE_ARNS}${machine}`, input, name);
  return {
    ...account,
    world,
    reset,
    start,
    redrive: async (executionArn: string) => {
      await sfn.send(new RedriveExecutionCommand({ executionArn }));
      return account.ended(executionArn);
    },
    run: async (machine: MachineName, input: object) => {
      const execution = await account.ended(await start(machine, input));
      const events = await account.history(execution.executionArn ?? '');
      const states = events.flatMap(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name ?? []);
      return {
        status: execution.status,
        error: execution.error,
        cause: execution.cause,
        output: JSON.parse(execution.output ?? '{}'),
        states,
        events,
        executionArn: execution.executionArn ?? '',
      };
    },
  };
}

function definitionOf(machine: MachineName, numbers: Record<string, number>): object {
  const text = readDefinition(ROOT, machine);
  const values = Object.fromEntries(placeholders(text).map((name) => [name, substitute(name, numbers)]));
  const prepared = prepareDefinition(text, values);
  let json = prepared.definition;
  for (const [name, value] of Object.entries(prepared.strings)) json = json.replaceAll(`\${${name}}`, value);
  return JSON.parse(json, soon) as object;
}

function substitute(name: string, numbers: Record<string, number>): string | number {
  const kind = Object.keys(NUMBERS).findLast((ending) => name.endsWith(ending));
  if (kind) return numbers[name] ?? NUMBERS[kind] ?? 1;
  const [, machine] = /^(\w+)MachineArn$/.exec(name) ?? [];
  if (machine) return `${MACHINE_ARNS}${machine.toLowerCase()}`;
  const [, fn] = /^(\w+)FunctionArn(?:Prefix)?$/.exec(name) ?? [];
  if (fn) return functionArn(kebab(fn), name.endsWith('Prefix'));
  const known: Record<string, string> = {
    TerraformProject: 'runbook-terraform',
    ImagesProject: 'runbook-images',
    ControlBucket: 'control',
    ScheduleGroup: 'runbook',
  };
  return known[name] ?? `arn:aws:x:eu-west-1:123456789012:${name}`;
}

function functionArn(name: string, prefix: boolean): string {
  return `arn:aws:lambda:eu-west-1:123456789012:function:runbook-${name}${prefix ? '-' : ''}`;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => `${at > 0 ? '-' : ''}${letter.toLowerCase()}`);
}

/** Retries as the file says, but soon: their intervals are seconds to minutes. */
function soon(key: string, value: unknown): unknown {
  if (key === 'IntervalSeconds' || key === 'BackoffRate') return 1;
  if (key === 'MaxDelaySeconds') return 2;
  return value;
}
