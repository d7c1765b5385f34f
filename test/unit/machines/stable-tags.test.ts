import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { readDefinition } from '../../../lib/machines/definition.ts';

/** The stable tags name the images that run. A plan that is refused, or fails, does not move them. */

interface State {
  Next?: string;
  Arguments?: { ProjectName?: string; FunctionName?: string; EnvironmentVariablesOverride?: string };
}

test.each(['provision', 'deploy'] as const)('%s moves no stable tag before it has applied its plan', (machine) => {
  const { States } = JSON.parse(readDefinition(resolve(import.meta.dirname, '../../..'), machine)) as {
    States: Record<string, State>;
  };
  const states = Object.entries(States);
  const publishes = states.filter(([, { Arguments }]) => Arguments?.ProjectName?.includes('ImagesProject'));
  expect(publishes).toHaveLength(1);
  for (const [, { Arguments }] of publishes) {
    expect(Arguments?.EnvironmentVariablesOverride).toContain("{'Name': 'STABLE_TAGS', 'Value': 'keep'}");
  }
  const isMoved = ({ Arguments }: State) => Arguments?.FunctionName?.includes('MoveTags');
  const moves = states.filter(([, state]) => isMoved(state)).map(([name]) => name);
  expect(moves).toHaveLength(1);
  // Every state that leads to the move follows the apply.
  const before = states.filter(([, { Next }]) => Next !== undefined && moves.includes(Next)).map(([name]) => name);
  expect(before.every((name) => ['Read outputs', 'Rolled out?'].includes(name))).toBe(true);
});
