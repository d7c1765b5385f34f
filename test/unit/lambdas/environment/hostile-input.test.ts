import { expect, test } from 'vitest';
import { findExpiredEvent } from '../../../../lambdas/contracts/payloads/lease.ts';
import { type EnvironmentMachine, environmentMachine } from '../../../../lambdas/contracts/record.ts';
import { preflightEvent } from '../../../../lambdas/contracts/request.ts';
import { parseInput } from '../../../../lambdas/environment/parse-input.ts';
import { aRequest, PATTERN } from '../support/fixtures.ts';

const { execution } = aRequest();

/** Parses an input that arrives as JSON in the event of a Lambda function. */
function take(machine: EnvironmentMachine, input: string): void {
  const event = JSON.parse(`{"machine":"${machine}","execution":${JSON.stringify(execution)},"input":${input}}`);
  parseInput(machine, preflightEvent.parse(event).input, PATTERN);
}

function refusal(machine: EnvironmentMachine, input: string): Error {
  try {
    take(machine, input);
  } catch (error) {
    return error as Error;
  }
  throw new Error(`${machine} takes ${input.slice(0, 200)}`);
}

test.each(environmentMachine.options)('%s refuses the key __proto__, wherever it is', (machine) => {
  for (const input of [
    '{"__proto__":{"environment":"dev"},"environment":"dev"}',
    '{"environment":"dev","__proto__":"x"}',
    '{"environment":"dev","hours":2,"__proto__":{"admin":true}}',
  ]) {
    expect(refusal(machine, input)).toMatchObject({
      name: 'InputError',
      message: expect.stringContaining('"__proto__"'),
    });
  }
});

test('what is expired is not asked for with the key __proto__ dropped', () => {
  const { input } = findExpiredEvent.parse({ input: JSON.parse('{"__proto__":1}'), execution });
  expect(Object.keys(input)).toEqual(['__proto__']);
});

const LONG = 'x'.repeat(250_000);

test.each(environmentMachine.options)('%s repeats at most 200 characters of a value', (machine) => {
  for (const input of [
    JSON.stringify({ environment: LONG }),
    JSON.stringify({ environment: 'dev', [LONG]: 1 }),
    JSON.stringify({ environment: 'dev', reason: { [LONG]: LONG } }),
    JSON.stringify({ environment: 'dev', checks: [LONG], commit: LONG, mode: LONG }),
    JSON.stringify({
      environment: 'dev',
      ...Object.fromEntries(Array.from({ length: 9_000 }, (_, n) => [`key-${n}`, n])),
    }),
  ]) {
    const { name, message } = refusal(machine, input);
    expect(name).toBe('InputError');
    expect(message.length).toBeLessThan(1_500);
    expect(message).not.toContain(LONG.slice(0, 201));
  }
});
