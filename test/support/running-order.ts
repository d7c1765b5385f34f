import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Seconds that the longest files take while three workers share two cores. Vitest knows only the times of an earlier run
 * on the same machine, and otherwise takes the size of a file for its time.
 */
export const SECONDS: Readonly<Record<string, number>> = {
  'test/lifecycle/whole-life.test.ts': 621,
  'test/lifecycle/breaks.test.ts': 405,
  'test/lifecycle/cut-short.test.ts': 221,
  'test/lifecycle/short-links.test.ts': 206,
  'test/lifecycle/document-intake.test.ts': 203,
  'test/lifecycle/web-service.test.ts': 196,
  'test/lifecycle/pull-request.test.ts': 147,
  'test/lifecycle/expiry.test.ts': 95,
  'test/lifecycle/interrupt.test.ts': 27,
  'test/lab/executed-types.test.ts': 126,
  'test/lab/aws/outsiders.test.ts': 110,
  'test/lab/plans.test.ts': 80,
  'test/lab/examples/web-service.test.ts': 78,
  'test/lab/services.test.ts': 73,
  'test/lab/sweep-at-scale.test.ts': 68,
  'test/infra/terraform.test.ts': 52,
  'lab/test/integration/ecs-services.test.ts': 46,
  'test/lab/redeployment.test.ts': 42,
  'test/lab/aws/neighbours.test.ts': 39,
  'test/lab/leftovers/leftovers.test.ts': 37,
  'test/lab/check-builds.test.ts': 36,
  'test/lab/cli.test.ts': 33,
  'lab/test/integration/cdk.test.ts': 31,
  'test/lab/aws/remove-unmanaged.test.ts': 31,
  'test/infra/deterministic.test.ts': 31,
  'lab/test/integration/ecs-terraform.test.ts': 29,
  'test/browser/board.test.ts': 29,
  'test/infra/assembly.test.ts': 26,
  'test/infra/terraform-script.test.ts': 26,
  'test/lab/escalation.test.ts': 26,
  'test/infra/terraform-rest.test.ts': 25,
  'lab/test/integration/fresh-account.test.ts': 24,
  'test/infra/terraform-recovery.test.ts': 22,
  'lab/test/integration/elb.test.ts': 21,
  'test/lab/aws/sweep-handlers.test.ts': 20,
};

const ROOT = `${import.meta.dirname}/../..`;

/**
 * A life waits for Terraform's provider for minutes, and files of other projects use the processor meanwhile. Without
 * this order, Vitest runs one project of a group after the other, and all lives at the end. The last files are short, so
 * that the workers end together.
 */
export default class RunningOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const seconds = ({ moduleId }: TestSpecification) => SECONDS[relative(ROOT, moduleId)] ?? 0;
    const sorted = (await super.sort(files)).sort((one, other) => seconds(other) - seconds(one));
    const isLife = ({ project }: TestSpecification) => project.name === 'lifecycle';
    return inOrder(
      sorted.filter(isLife),
      sorted.filter((file) => !isLife(file)),
    );
  }
}

/** Returns the lives at even distances among the longer half of the other files, then the shorter half. */
export function inOrder<T>(lives: readonly T[], others: readonly T[]): T[] {
  const half = Math.ceil(others.length / 2);
  return [...spread(lives, others.slice(0, half)), ...others.slice(half)];
}

/** Returns all of both lists, each in its own order, with those of the first list at even distances from the beginning on. */
export function spread<T>(few: readonly T[], many: readonly T[]): T[] {
  const length = many.length / Math.max(1, few.length);
  const between = few.flatMap((one, index) => [
    one,
    ...many.slice(Math.round(index * length), Math.round((index + 1) * length)),
  ]);
  return few.length > 0 ? between : [...many];
}
