import { CHECKS, type CheckName } from '../../lambdas/contracts/contracts.ts';
import type { StackConfig } from '../config/stack-config.ts';
import { constructId } from '../names.ts';

/** The definition of the validate machine has a branch for each of the project's own checks. A stack has some of them. */

interface Branch {
  StartAt: string;
  States: Record<string, State>;
}
interface State {
  Next?: string;
  Arguments?: { FunctionName: string };
  Catch?: { Output: { check: string }; Next: string }[];
}

/** Whose time limit suits any check. */
const MODEL: CheckName = 'sqs-backlog';

/**
 * Leaves the branches of the stack's checks, and adds one for each of a team's own: the same as those of the project,
 * but for the names and the function.
 */
export function withBranchesOf(definition: string, stack: Pick<StackConfig, 'checks' | 'ownChecks'>): string {
  const machine = JSON.parse(definition) as { States: { 'Run checks': { Branches: Branch[] } } };
  const parallel = machine.States['Run checks'];
  const byCheck = new Map(parallel.Branches.map((branch) => [checkOf(branch), branch]));
  const branchOf = (check: CheckName): Branch => {
    const branch = byCheck.get(check);
    if (!branch) throw new Error(`validate.asl.json has no branch for ${check}`);
    return branch;
  };
  parallel.Branches = [
    ...CHECKS.filter((check) => stack.checks.includes(check)).map(branchOf),
    ...stack.ownChecks.map(({ name }) => named(branchOf(MODEL), name)),
  ];
  return JSON.stringify(machine, null, 2);
}

function checkOf({ StartAt, States }: Branch): string | undefined {
  return States[StartAt]?.Catch?.[0]?.Output.check;
}

function named(model: Branch, check: string): Branch {
  const branch = structuredClone(model);
  const [look, report] = Object.values(branch.States);
  const [rule] = look?.Catch ?? [];
  if (!look?.Arguments || !report || !rule)
    throw new Error(`the branch of ${MODEL} in validate.asl.json is no model any more`);
  const words = check.replaceAll('-', ' ');
  look.Arguments.FunctionName = `\${${constructId(`check-${check}`)}FunctionArn}`;
  rule.Output.check = check;
  rule.Next = `Report ${words}`;
  return { StartAt: `Check ${words}`, States: { [`Check ${words}`]: look, [rule.Next]: report } };
}
