import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * A life waits for Terraform's provider for minutes, and files of other projects use the processor meanwhile. Without
 * this order, Vitest runs one project of a group after the other, and all lives at the end.
 */
export default class RunningOrder extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLife = ({ project }: TestSpecification) => project.name === 'lifecycle';
    return spread(
      sorted.filter(isLife),
      sorted.filter((file) => !isLife(file)),
    );
  }
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
