import { paginateGetExecutionHistory, type SFNClient } from '@aws-sdk/client-sfn';
import { createMachine, execute } from './machine.ts';

/**
 * AWS Account Factory for Terraform waits for a build in this loop: it reads the status, decides, waits for 30 s and
 * reads again. The bench runs the loop without the waits, and counts the transitions in its history.
 */
const LOOP = {
  QueryLanguage: 'JSONata',
  StartAt: 'Start build',
  States: {
    'Start build': { Type: 'Pass', Assign: { left: '{% $states.input.seconds %}' }, Next: 'Get build' },
    'Get build': { Type: 'Pass', Next: 'Is it over?' },
    'Is it over?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $left <= 0 %}', Next: 'It is over' }],
      Default: 'Wait',
    },
    Wait: { Type: 'Wait', Seconds: 0, Assign: { left: '{% $left - 30 %}' }, Next: 'Get build' },
    'It is over': { Type: 'Pass', End: true },
  },
};

/** @param seconds the seconds of each build; @returns the number of transitions to wait for them */
export async function pollingTransitions(sfn: SFNClient, seconds: readonly number[]): Promise<number> {
  const machine = await createMachine(sfn, `bench-polling-${Date.now()}`, LOOP);
  let transitions = 0;
  for (const one of seconds) {
    const executionArn = await execute(sfn, machine, { seconds: Math.round(one) });
    for await (const { events = [] } of paginateGetExecutionHistory({ client: sfn, pageSize: 1_000 }, { executionArn }))
      transitions += events.filter(({ type }) => /StateEntered$/.test(type ?? '')).length;
  }
  return transitions;
}
