import { resolve } from 'node:path';
import validateAsl from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { validateDefinition } from '../../../lab/states/definition/validate.ts';
import { FUNCTIONS, HANDLER_NAMES } from '../../../lambdas/contracts/functions.ts';
import { MACHINES } from '../../../lambdas/contracts/record.ts';
import { SWEEP_FAMILIES, SWEEP_SERVICES } from '../../../lambdas/contracts/sweep-request.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../lib/machines/definition.ts';

interface Rule {
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  ErrorEquals: string[];
  MaxAttempts?: number;
  JitterStrategy?: string;
  Next?: string;
}
interface State {
  Type: string;
  Resource?: string;
  Arguments?: { FunctionName?: string } | string;
  TimeoutSeconds?: number;
  Retry?: Rule[];
  Catch?: Rule[];
  Error?: string;
  Branches?: Machine[];
  ItemProcessor?: Machine;
}
interface Machine {
  Comment?: string;
  QueryLanguage?: string;
  TimeoutSeconds?: number;
  States: Record<string, State>;
}

const ROOT = resolve(import.meta.dirname, '../../..');

/** Loads the definition with a value in each placeholder. The value is a number if the name says so. */
function load(name: (typeof MACHINES)[number]): Machine {
  return JSON.parse(prepareDefinition(readDefinition(ROOT, name), valuesFor(name)).definition) as Machine;
}

function valuesFor(name: (typeof MACHINES)[number]): Record<string, number | string> {
  const keys = placeholders(readDefinition(ROOT, name));
  return Object.fromEntries(keys.map((key) => [key, /(Seconds|Minutes|Attempts|Count)$/.test(key) ? 30 : key]));
}

function allStates(machine: Machine): [string, State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state],
    ...(state.Branches ?? []).flatMap(allStates),
    ...(state.ItemProcessor ? allStates(state.ItemProcessor) : []),
  ]);
}

const VERBS =
  /^(Apply|Approve|Await|Bootstrap|Cancel|Check|Claim|Create|Destroy|Empty|Extend|Find|Give|Keep|Let|Look|Move|Place|Plan|Protect|Publish|Read|Record|Remove|Report|Review|Roll|Run|Schedule|Start|Sweep|Take|Tear|Release|Validate|Write|First pass$|Second pass$)/;
const NEVER_RETRIED = [
  'InputError',
  'SafetyError',
  'EnvironmentLockedError',
  'States.ALL',
  'States.TaskFailed',
  'States.Timeout',
];

describe.each(MACHINES)('%s', (name) => {
  const machine = load(name);
  const states = allStates(machine);
  const tasks = states.filter(([, { Type }]) => Type === 'Task');

  test('is valid', () => {
    const { errors } = validateAsl(structuredClone(machine) as never, { checkArn: true, checkPaths: true });
    expect(errors).toEqual([]);
    // This validator uses the messages of AWS where they are known. It shares no rule with the other one.
    const text = prepareDefinition(readDefinition(ROOT, name), valuesFor(name)).definition;
    expect(validateDefinition(text).diagnostics).toEqual([]);
  });

  test('says what it is for, speaks JSONata and ends in time', () => {
    expect(machine.Comment).toMatch(/Input: (environment|nothing)/);
    expect(machine.QueryLanguage).toBe('JSONata');
    expect(machine.TimeoutSeconds).toBeGreaterThan(0);
  });

  test('waits for room when the account runs no more builds, for longer than most builds take', () => {
    for (const [state, { Resource, Retry = [] }] of tasks) {
      if (!String(Resource).includes('codebuild:startBuild')) continue;
      const error = 'CodeBuild.AccountLimitExceededException';
      const retry = Retry.filter(({ ErrorEquals }) => ErrorEquals.includes(error));
      // The error has its own rule, so that other refusals do not use up its attempts.
      expect(
        retry.map(({ ErrorEquals }) => ErrorEquals),
        state,
      ).toEqual([[error]]);
      const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = 0, MaxAttempts = 3 } = retry[0] as Rule;
      const delays = Array.from({ length: MaxAttempts }, (_, n) =>
        Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds),
      );
      // Full jitter halves each delay on average.
      expect(
        delays.reduce((sum, delay) => sum + delay / 2, 0),
        state,
      ).toBeGreaterThan(3_600);
    }
  });

  test('names its states as an operator would', () => {
    for (const [state, { Type }] of states) {
      if (Type === 'Choice') expect(state).toMatch(/\?$/);
      else if (Type !== 'Succeed' && Type !== 'Fail') expect(state).toMatch(VERBS);
    }
    expect(new Set(states.map(([state]) => state)).size).toBe(states.length);
  });

  test.each(tasks)('%s has a time limit, and retries by name', (_, { TimeoutSeconds, Retry, Catch }) => {
    expect(TimeoutSeconds).toBeGreaterThan(0);
    const retried = (Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(retried.length).toBeGreaterThan(0);
    expect(retried.filter((error) => NEVER_RETRIED.includes(error))).toEqual([]);
    for (const { ErrorEquals, MaxAttempts, JitterStrategy } of Retry ?? []) {
      expect(MaxAttempts).toBeGreaterThan(0);
      // A poll for readiness has even intervals. A call to a service that may be overloaded has jitter.
      expect(JitterStrategy).toBe(ErrorEquals.includes('NotReadyError') ? undefined : 'FULL');
    }
    for (const rules of [Retry ?? [], Catch ?? []]) {
      for (const { ErrorEquals } of rules.slice(0, -1)) expect(ErrorEquals).not.toContain('States.ALL');
      for (const { ErrorEquals } of rules) if (ErrorEquals.includes('States.ALL')) expect(ErrorEquals).toHaveLength(1);
    }
  });

  test('gives a function more time than the function takes for itself', () => {
    const invocations = tasks.filter(([, { Resource }]) => Resource?.endsWith(':lambda:invoke'));
    for (const [state, { Arguments, TimeoutSeconds }] of invocations) {
      const placeholder = typeof Arguments === 'object' ? (Arguments.FunctionName ?? '') : '';
      const limits = handlersBehind(placeholder).map((handler) => FUNCTIONS[handler].timeoutSeconds);
      expect(limits.length, state).toBeGreaterThan(0);
      expect(TimeoutSeconds, state).toBeGreaterThan(Math.max(...limits));
    }
  });

  test('leaves no failure behind a Catch', () => {
    const fails = states.filter(([, { Type }]) => Type === 'Fail').map(([state]) => state);
    const caught = states.flatMap(([, { Catch }]) => (Catch ?? []).map(({ Next }) => Next));
    expect(caught.filter((next) => fails.includes(next ?? ''))).toEqual([]);
    for (const [, { Type, Error: error }] of states) if (Type === 'Fail') expect(error).toMatch(/^[A-Z]\w+$/);
  });
});

/**
 * Returns the handlers of a function's placeholder. `${CheckBackendFunctionArn}` is check-backend, and the prefix of
 * all checks is all checks.
 */
function handlersBehind(functionName: string) {
  const flat = functionName.replaceAll('-', '').toLowerCase();
  if (functionName.includes('CheckFunctionArnPrefix')) return HANDLER_NAMES.filter((name) => name.startsWith('check-'));
  return HANDLER_NAMES.filter((name) => flat.includes(`{${name.replaceAll('-', '')}functionarn}`));
}

test('a sweep looks into every service once', () => {
  const { Assign } = load('sweep').States['Check request'] as unknown as { Assign: { families: object[] } };
  expect(Assign.families).toEqual(SWEEP_FAMILIES.map((services) => ({ services })));
  expect(SWEEP_FAMILIES.flat().sort()).toEqual([...SWEEP_SERVICES].sort());
});
