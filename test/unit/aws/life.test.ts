import { describe, expect, test } from 'vitest';
import { type Steps, takeLife } from '../../aws/life.ts';
import type { StepRecord } from '../../aws/record.ts';

const step = (machine: string, status = 'SUCCEEDED'): StepRecord => ({
  machine,
  status,
  seconds: 1,
  checks: [],
  states: [],
  ...(machine === 'sweep' ? { verdict: 'CLEAN' } : {}),
});

/** Returns an account in which every step succeeds, except for those that `broken` replaces. */
function account(broken: Partial<Record<string, () => Promise<StepRecord>>> = {}) {
  const calls: string[] = [];
  const act = async <T>(name: string, result: T): Promise<T> => {
    calls.push(name);
    await broken[name]?.();
    return result;
  };
  const steps: Steps = {
    deploy: () => act('deploy', undefined),
    run: async (machine) => {
      calls.push(machine);
      return broken[machine] ? broken[machine]() : step(machine);
    },
    denied: () => act('denied', []),
    destroy: () => act('destroy', undefined),
    say: () => {},
  };
  return { calls, steps };
}
const never = new AbortController().signal;
const fails = () => Promise.reject(new Error('no'));

const ALL = ['deploy', 'provision', 'validate', 'teardown', 'sweep', 'denied', 'destroy'];

test('a life goes from nothing to nothing', async () => {
  const { calls, steps } = account();
  const { record, gone, problems } = await takeLife(steps, 'lab', never);
  expect(calls).toEqual(ALL);
  expect({ gone, problems }).toEqual({ gone: true, problems: [] });
  expect(record.steps.map(({ machine }) => machine)).toEqual(['provision', 'validate', 'teardown', 'sweep']);
});

describe('whatever fails, what was made is torn down', () => {
  test.each([
    ['deploy fails', { deploy: fails }, ['deploy', 'destroy'], true],
    ['provision fails', { provision: async () => step('provision', 'FAILED') }, without('validate'), true],
    ['provision cannot be followed', { provision: fails }, without('validate'), true],
    ['validate fails', { validate: async () => step('validate', 'FAILED') }, ALL, true],
    ['CloudTrail cannot be read', { denied: fails }, ALL, true],
    ['teardown fails', { teardown: async () => step('teardown', 'FAILED') }, without('sweep', 'destroy'), false],
    ['teardown cannot be followed', { teardown: fails }, without('sweep', 'destroy'), false],
    [
      'something is left',
      { sweep: async () => ({ ...step('sweep'), verdict: 'LEFTOVERS' }) },
      without('destroy'),
      false,
    ],
    [
      'the sweep does not know',
      { sweep: async () => ({ ...step('sweep'), verdict: 'UNKNOWN' }) },
      without('destroy'),
      false,
    ],
    ['the runbook stays', { destroy: fails }, ALL, false],
  ])('when %s', async (_, broken, expected, gone) => {
    const { calls, steps } = account(broken);
    const life = await takeLife(steps, 'aws', never);
    expect(calls).toEqual(expected);
    expect(life.gone).toBe(gone);
    if (!gone) expect(life.problems).not.toEqual([]);
  });
});

test.each([
  ['deploy', ['deploy', 'destroy']],
  ['provision', without('validate')],
])('whoever interrupts during %s is heeded, and cleaned up after', async (during, expected) => {
  const interrupt = new AbortController();
  const { calls, steps } = account({
    [during]: async () => {
      interrupt.abort();
      return step(during);
    },
  });
  await takeLife(steps, 'aws', interrupt.signal);
  expect(calls).toEqual(expected);
});

function without(...names: string[]): string[] {
  return ALL.filter((name) => !names.includes(name));
}
