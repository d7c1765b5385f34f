import { DescribeExecutionCommand, RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { hurried } from '../../../../lab/states/clock.ts';
import { startAccount } from '../../../../lab/test/integration/states/account.ts';
import { MACHINES, type MachineName } from '../../../../lambdas/contracts/record.ts';
import { definitionText, MACHINE_ARNS } from './definitions.ts';
import { functionsOf } from './functions.ts';
import { services } from './services.ts';
import { World } from './world.ts';

/** A second between two attempts is a twentieth of one. */
const HURRY = 0.05;

/** The machines, from their own files, in an account where every service does as the test wants. */
export async function startRunbook(numbers: Record<string, number> = {}) {
  const world = new World();
  const account = await startAccount(() => services(world), hurried(HURRY));
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
  return JSON.parse(definitionText(machine, numbers), soon) as object;
}

/** Retries as the file defines it, but after a short interval: the intervals of the file are seconds to minutes. */
function soon(key: string, value: unknown): unknown {
  if (key === 'IntervalSeconds' || key === 'BackoffRate') return 1;
  if (key === 'MaxDelaySeconds') return 2;
  return value;
}
