import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../lab/states/json.ts';
import { type Behaviour, run } from '../../../lab/test/unit/states/machine.ts';
import type { CheckName } from '../../../lambdas/contracts/contracts.ts';
import { readDefinition } from '../../../lib/machines/definition.ts';

/**
 * The machine waits up to twelve minutes for a check that is not ready. The results of the other checks are old by
 * then. They do not contain a burst of errors or a crash in between.
 */

const CHECKS: CheckName[] = ['ecs-services', 'worker-logs'];

/** Returns the states of the deployed machine, with values for the placeholders. */
function states(buildChecks: { name: string }[] = []): JsonObject {
  const text = readDefinition(resolve(import.meta.dirname, '../../..'), 'validate', {
    checks: CHECKS,
    customChecks: [],
    buildChecks,
  })
    .replaceAll(/"\$\{\w*(?:Seconds|Attempts|Count)\}"/g, '2')
    .replaceAll(/\$\{\w*Count\}/g, '2')
    .replaceAll(/\$\{(\w+)\}/g, '$1');
  return (JSON.parse(text) as { States: JsonObject }).States;
}

const at = (minute: number) => `2026-01-31T12:${String(minute).padStart(2, '0')}:00Z`;
const result = (check: string, minute: number, status = 'passed') => ({
  ...{ check, status, expected: 'e', observed: `at minute ${minute}`, evidence: {} },
  ...{ startedAt: at(minute), durationMs: 5_000 },
});

/** Returns the answer of a function in the shape of Step Functions. */
const answer = (Payload: Json) => ({ Payload });

/** @param rounds the results of both checks, round by round */
async function validate(rounds: [ecs: Json, logs: Json][], checks: string[] = CHECKS) {
  let evidence: JsonObject[] = [];
  const look =
    (index: 0 | 1): Behaviour =>
    (_, attempt) =>
      answer(rounds[Math.min(attempt, rounds.length) - 1]?.[index] ?? null);
  const tasks: Record<string, Behaviour> = {
    PreflightFunctionArn: () => answer({ environment: 'dev', run: 'r', checks }),
    CheckEcsServicesFunctionArn: look(0),
    CheckWorkerLogsFunctionArn: look(1),
    'CheckFunctionArnPrefixecs-services': look(0),
    EvidenceFunctionArn: (payload) => {
      evidence = (payload as { results: JsonObject[] }).results;
      return answer({ verdict: 'PASSED', summary: 's', evidence: { bucket: 'b', report: 'r' } });
    },
  };
  const { status, attempts } = await run(states(), { tasks, input: { environment: 'dev' } });
  expect(status).toBe('SUCCEEDED');
  return {
    observed: evidence.map(({ observed }) => observed),
    looks: attempts.get('CheckEcsServicesFunctionArn') ?? 0,
  };
}

const both = (ecs: number, logs: number, status?: string): [Json, Json] => [
  result('ecs-services', ecs, status),
  result('worker-logs', logs),
];

describe('a validation', () => {
  test('looks again when what passed was seen minutes apart', async () => {
    expect(await validate([both(9, 0), both(10, 10)])).toEqual({
      observed: ['at minute 10', 'at minute 10'],
      looks: 2,
    });
  });

  test('looks once when everything was seen at about one time', async () => {
    expect((await validate([both(1, 0)])).looks).toBe(1);
  });

  test('does not repeat the build of a check, which began before what the others see now', async () => {
    const began = { ...result('smoke', 0), durationMs: 9 * 60_000 };
    const looks: Record<string, number> = { ecs: 0, smoke: 0 };
    let at: Json = null;
    const { status } = await run(states([{ name: 'smoke' }]), {
      input: { environment: 'dev' },
      tasks: {
        PreflightFunctionArn: () => answer({ environment: 'dev', run: 'r', checks: ['smoke', 'ecs-services'] }),
        CheckEcsServicesFunctionArn: (_, attempt) => {
          looks.ecs = attempt;
          return answer(result('ecs-services', attempt === 1 ? 0 : 9));
        },
        CheckWorkerLogsFunctionArn: (_, attempt) => answer(result('worker-logs', attempt === 1 ? 0 : 9)),
        CheckSmokeFunctionArn: (_, attempt) => {
          looks.smoke = attempt;
          return answer(began);
        },
        EvidenceFunctionArn: (payload) => {
          at = (payload as { results: JsonObject[] }).results.map(({ observed }) => observed ?? null);
          return answer({ verdict: 'PASSED', summary: 's', evidence: { bucket: 'b', report: 'r' } });
        },
      },
    });
    expect({ status, looks, at }).toEqual({
      status: 'SUCCEEDED',
      looks: { ecs: 2, smoke: 2 },
      at: ['at minute 9', 'at minute 9', 'at minute 0'],
    });
  });

  test('looks no more when something has failed', async () => {
    expect((await validate([both(9, 0, 'failed')])).looks).toBe(1);
  });

  test('ends, also of what is never seen at one time', async () => {
    expect((await validate([both(9, 0)])).looks).toBe(3);
  });
});
