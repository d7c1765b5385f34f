import { resolve } from 'node:path';
import validateAsl from 'asl-validator';
import { describe, expect, test } from 'vitest';
import { CHECKS } from '../../../lambdas/contracts/contracts.ts';
import type { OwnCheck } from '../../../lib/config/stack-config.ts';
import { withBranchesOf } from '../../../lib/machines/check-branches.ts';
import { placeholders, prepareDefinition, readDefinition } from '../../../lib/machines/definition.ts';

const validate = readDefinition(resolve(import.meta.dirname, '../../..'), 'validate');
const own = (name: string): OwnCheck => ({ name, handler: 'x.ts', outputs: [], waitSeconds: 0, grants: [] });

interface Branch {
  StartAt: string;
  States: Record<string, object>;
}
const branchesOf = (definition: string) =>
  (JSON.parse(definition) as { States: { 'Run checks': { Branches: Branch[] } } }).States['Run checks'].Branches;

describe('the validate machine', () => {
  test('of the order platform is the one in git', () => {
    expect(JSON.parse(withBranchesOf(validate, { checks: [...CHECKS], ownChecks: [] }))).toEqual(JSON.parse(validate));
  });

  test('of another stack has the branches of its checks, as they are in git', () => {
    const some = withBranchesOf(validate, { checks: ['backend', 'sqs-backlog'], ownChecks: [] });
    const wanted = branchesOf(validate).filter(({ StartAt }) => /backlog|backend/.test(StartAt));
    expect(branchesOf(some)).toEqual(wanted);
    expect(placeholders(some)).not.toContain('CheckEcsServicesFunctionArn');
  });

  test('looks with a check of a team’s own as it does with one of the project’s', () => {
    const definition = withBranchesOf(validate, { checks: ['backend'], ownChecks: [own('document-intake')] });
    const [, branch] = branchesOf(definition);
    const model = branchesOf(validate).find(({ StartAt }) => StartAt === 'Check SQS backlog');
    const renamed = JSON.stringify(model)
      .replaceAll('SQS backlog', 'document intake')
      .replaceAll('sqs-backlog', 'document-intake')
      .replaceAll('CheckSqsBacklog', 'CheckDocumentIntake');
    expect(branch).toEqual(JSON.parse(renamed));
    const { definition: prepared } = prepareDefinition(
      definition,
      Object.fromEntries(placeholders(definition).map((name) => [name, /Arn/.test(name) ? name : 30])),
    );
    expect(validateAsl(JSON.parse(prepared) as never, { checkArn: true, checkPaths: true }).errors).toEqual([]);
  });
});
