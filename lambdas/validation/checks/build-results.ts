import * as z from 'zod';
import type { ResultFormat } from '../../contracts/build-checks.ts';
import { describeIssues } from '../../contracts/contracts.ts';
import { parseJunit } from './junit-results.ts';

export interface TestFailure {
  name: string;
  message: string;
}

/** The tests of a results file. A test that did not run is skipped. */
export interface TestResults {
  passed: number;
  skipped: number;
  failures: readonly TestFailure[];
}

export type ParsedResults = { kind: 'read'; results: TestResults } | { kind: 'unreadable'; why: string };

/**
 * Reads the results that a build left. A team's program wrote them, so nothing in them is trusted: what is not whole,
 * or contradicts itself, is unreadable. The function never throws.
 */
export function parseResults(format: ResultFormat, text: string): ParsedResults {
  try {
    return format === 'junit' ? parseJunit(text) : parseCtrf(text);
  } catch (error) {
    return { kind: 'unreadable', why: error instanceof Error ? error.message : String(error) };
  }
}

const count = z.number().int().nonnegative();

/** The schema is the part of https://github.com/ctrf-io/ctrf/blob/main/schema/ctrf.schema.json that decides. */
const ctrf = z.object({
  reportFormat: z.literal('CTRF').optional(),
  results: z.object({
    summary: z.object({
      tests: count,
      passed: count,
      failed: count,
      skipped: count,
      pending: count,
      other: count,
    }),
    tests: z.array(
      z.object({
        name: z.string(),
        status: z.enum(['passed', 'failed', 'skipped', 'pending', 'other']),
        message: z.string().optional(),
      }),
    ),
  }),
});

function parseCtrf(text: string): ParsedResults {
  const parsed = ctrf.safeParse(JSON.parse(text));
  if (!parsed.success) return { kind: 'unreadable', why: describeIssues(parsed.error) };
  const { summary, tests } = parsed.data.results;
  const having = (status: string) => tests.filter((one) => one.status === status);
  const { tests: all, ...numbers } = summary;
  const differs = Object.entries(numbers).some(([status, number]) => having(status).length !== number);
  if (differs || all !== tests.length)
    return { kind: 'unreadable', why: 'the numbers of its summary are not those of its tests' };
  const [unknown] = having('other');
  if (unknown) return { kind: 'unreadable', why: `the status of "${unknown.name}" is "other"` };
  const failures = having('failed').map(({ name, message = '' }) => ({ name, message }));
  const skipped = having('skipped').length + having('pending').length;
  return { kind: 'read', results: { passed: having('passed').length, skipped, failures } };
}
