import { resolve } from 'node:path';
import validateAsl from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../lambdas/contracts/contracts.ts';
import { type StackChecks, withBranchesOf } from '../../../lib/machines/check-branches.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../lib/machines/definition.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const definitionOf = (stack: StackChecks) => readDefinition(ROOT, 'validate', stack);

interface State {
  TimeoutSeconds?: number;
  Arguments?: { FunctionName: string };
}
interface Branch {
  StartAt: string;
  States: Record<string, State>;
}
interface Machine {
  States: { 'Run checks': { Branches: Branch[] }; 'Run chosen checks': { ItemProcessor: Branch } };
}
const statesOf = (definition: string) => (JSON.parse(definition) as Machine).States;
const branchesOf = (definition: string) => statesOf(definition)['Run checks'].Branches;

describe('the validate machine', () => {
  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
  test.each([
    ['ecs-services', 'Check ECS services', 'Report ECS services', '${CheckEcsServicesFunctionArn}', 90],
    ['alb-health', 'Check ALB health', 'Report ALB health', '${CheckAlbHealthFunctionArn}', 90],
    ['worker-logs', 'Check worker logs', 'Report worker logs', '${CheckWorkerLogsFunctionArn}', 90],
    ['e2e-order', 'Place E2E order', 'Report E2E order', '${CheckE2eOrderFunctionArn}', 210],
    ['sqs-backlog', 'Check SQS backlog', 'Report SQS backlog', '${CheckSqsBacklogFunctionArn}', 150],
    ['ecr-images', 'Check ECR images', 'Report ECR images', '${CheckEcrImagesFunctionArn}', 90],
    ['backend', 'Check backend', 'Report backend', '${CheckBackendFunctionArn}', 90],
  ])('has a branch for %s', (check, look, report, functionArn, seconds) => {
    const [branch] = branchesOf(definitionOf({ checks: [check as (typeof CHECKS)[number]], customChecks: [] }));
    expect(branch).toMatchObject({
      StartAt: look,
      States: {
        [look]: {
          Arguments: { FunctionName: functionArn },
          TimeoutSeconds: seconds,
          Catch: [{ ErrorEquals: ['States.ALL'], Output: { check }, Next: report }],
        },
        [report]: { Type: 'Pass' },
      },
    });
  });

  test('has the branches of the stack’s checks, in one order, and names no other function', () => {
    const some = definitionOf({ checks: ['backend', 'sqs-backlog'], customChecks: [] });
    expect(branchesOf(some).map(({ StartAt }) => StartAt)).toEqual(['Check SQS backlog', 'Check backend']);
    expect(placeholders(some).filter((name) => name.endsWith('FunctionArn'))).toEqual([
      'CheckBackendFunctionArn',
      'CheckSqsBacklogFunctionArn',
      'EvidenceFunctionArn',
      'PreflightFunctionArn',
    ]);
  });

  test('has the same branch for a custom check', () => {
    const definition = definitionOf({ checks: ['backend'], customChecks: [{ name: 'document-intake' }] });
    const [backend, custom] = branchesOf(definition);
    const renamed = JSON.stringify(backend)
      .replaceAll('Check backend', 'Check document intake')
      .replaceAll('Report backend', 'Report document intake')
      .replaceAll('"backend"', '"document-intake"')
      .replaceAll('CheckBackend', 'CheckDocumentIntake')
      .replaceAll(':90', ':150');
    expect(custom).toEqual(JSON.parse(renamed));
    const { definition: prepared } = prepareDefinition(
      definition,
      Object.fromEntries(placeholders(definition).map((name) => [name, /Arn/.test(name) ? name : 30])),
    );
    expect(validateAsl(JSON.parse(prepared) as never, { checkArn: true, checkPaths: true }).errors).toEqual([]);
  });

  test('has the same branch for a check of resources, a build and a journey, with the time of each', () => {
    const own = { resourceChecks: [{ name: 'data' }], buildChecks: [{ name: 'smoke' }], journeys: [{ name: 'jobs' }] };
    const [, data, smoke, jobs] = branchesOf(definitionOf({ checks: ['backend'], customChecks: [], ...own }));
    expect(smoke?.States['Check smoke']?.Arguments?.FunctionName).toBe('${CheckSmokeFunctionArn}');
    const renamed = JSON.stringify(data)
      .replaceAll('Check data', 'Check smoke')
      .replaceAll('Report data', 'Report smoke')
      .replaceAll('"data"', '"smoke"')
      .replaceAll('CheckData', 'CheckSmoke');
    expect(smoke).toEqual(JSON.parse(renamed));
    const times = [data?.States['Check data'], smoke?.States['Check smoke'], jobs?.States['Check jobs']];
    expect(times.map((state) => state?.TimeoutSeconds)).toEqual([150, 150, 210]);
  });

  test('runs chosen checks as it runs all, and waits as long as the slowest needs', () => {
    const { 'Run chosen checks': chosen } = statesOf(definitionOf({ checks: CHECKS, customChecks: [] }));
    expect(chosen.ItemProcessor).toMatchObject({
      ProcessorConfig: { Mode: 'INLINE' },
      StartAt: 'Run chosen check',
      States: {
        'Run chosen check': {
          Arguments: { FunctionName: "{% '${CheckFunctionArnPrefix}' & $states.input %}" },
          TimeoutSeconds: 210,
          Catch: [{ Output: { check: '{% $states.input %}' }, Next: 'Report chosen check' }],
        },
      },
    });
    const shorter = statesOf(definitionOf({ checks: ['backend'], customChecks: [{ name: 'x' }] }));
    expect(shorter['Run chosen checks'].ItemProcessor.States['Run chosen check']?.TimeoutSeconds).toBe(150);
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation

  test('is made of one model', () => {
    const all = definitionOf({ checks: CHECKS, customChecks: [] });
    expect(() => withBranchesOf(all, { checks: CHECKS, customChecks: [] })).toThrow('one branch');
  });
});
