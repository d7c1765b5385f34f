import type { Conclusion } from '../../contracts/contracts.ts';
import { UnexpectedResponseError } from '../../runtime/unexpected-response.ts';
import type { ParsedResults, TestFailure, TestResults } from './build-results.ts';

/** A build of a check, as CodeBuild describes it. */
export interface CheckBuild {
  id: string;
  /** The value is `IN_PROGRESS` until the build is over. */
  status: string;
  phases: readonly BuildPhase[];
  /** Milliseconds since the epoch. A build that is not over has no end. */
  startedAt: number;
  endedAt?: number | undefined;
  /** The page of the log in the console. */
  log?: string | undefined;
}

export interface BuildPhase {
  name: string;
  /** The value is absent while the phase runs. */
  status?: string | undefined;
  code?: string | undefined;
  message?: string | undefined;
}

const MOST_FAILURES = 20;
const LONGEST = 300;

/**
 * Concludes from a build that is over. It passed if CodeBuild says that its command succeeded and, where a results file
 * is expected, the file was read, has a test that ran, and has no failure. It failed if the command or a test says so.
 * Everything else is unknown, such as an image that cannot be pulled: the check has not run.
 * @param results is absent where no file is expected
 */
export function concludeBuild(build: CheckBuild, results: ParsedResults | undefined): Conclusion {
  const expected = results
    ? 'the command of the build to succeed, and its results to have a test that passed and none that failed'
    : 'the command of the build to succeed';
  const read = results?.kind === 'read' ? results.results : undefined;
  const evidence = evidenceOf(build, results);
  const conclude = (status: Conclusion['status'], observed: string): Conclusion => ({
    ...{ status, expected, evidence },
    seen: { from: build.startedAt, to: endOf(build) },
    observed: `${observed} (build ${build.id})`,
  });

  const broken = build.phases.find(({ name, status }) => name !== 'COMPLETED' && status !== 'SUCCEEDED');
  const command = build.phases.find(({ name }) => name === 'BUILD');
  if (hasFailed(build, broken)) {
    const said = read && read.failures.length > 0 ? failed(read) : `the command failed: ${reasonOf(broken)}`;
    return conclude('failed', said);
  }
  if (build.status !== 'SUCCEEDED' || broken || command?.status !== 'SUCCEEDED')
    return conclude('unknown', `the check did not run to its end: the build is ${build.status}${phaseOf(broken)}`);
  if (!results) return conclude('passed', 'the command succeeded');
  if (!read)
    return conclude(
      'unknown',
      `the results could not be read: ${results.kind === 'unreadable' ? cut(results.why) : ''}`,
    );
  if (read.failures.length > 0) return conclude('failed', failed(read));
  if (read.passed === 0)
    return conclude('unknown', `no test ran: the results have ${read.skipped} skipped tests and no other`);
  return conclude('passed', `${counted(read.passed)} passed, ${read.skipped} skipped`);
}

/** @throws {UnexpectedResponseError} for a build that is over and has no end */
export function endOf({ id, startedAt, endedAt }: CheckBuild): number {
  if (endedAt === undefined || endedAt < startedAt)
    throw new UnexpectedResponseError(`CodeBuild gives the build ${id} no end after its start`);
  return endedAt;
}

/** Concludes from a build that waits or runs. */
export function notOver({ id, status, phases }: CheckBuild): Conclusion {
  return {
    ...{ status: 'not-ready', otherwise: 'unknown' },
    expected: 'the build of the check to end',
    observed: `the build is ${status}, in phase ${phases.at(-1)?.name ?? 'SUBMITTED'} (build ${id})`,
    evidence: { build: id },
  };
}

/**
 * Only a command of the phase `BUILD` that ends with another exit code than 0 is the check's own verdict. The other
 * phases prepare it: https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
 */
function hasFailed({ status }: CheckBuild, broken: BuildPhase | undefined): boolean {
  return (
    status === 'FAILED' &&
    broken?.name === 'BUILD' &&
    broken.status === 'FAILED' &&
    broken.code === 'COMMAND_EXECUTION_ERROR'
  );
}

const phaseOf = (broken: BuildPhase | undefined) => (broken ? `, phase ${broken.name} ${reasonOf(broken)}` : '');

function reasonOf(phase: BuildPhase | undefined): string {
  const { status = 'has no status', code, message } = phase ?? {};
  return cut([status, code, message].filter(Boolean).join(' ').trim());
}

function failed({ passed, failures }: TestResults): string {
  const [first] = failures;
  const more = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
  return `${failures.length} of ${counted(passed + failures.length)} failed: ${first ? named(first) : ''}${more}`;
}

const counted = (tests: number) => `${tests} ${tests === 1 ? 'test' : 'tests'}`;
const named = ({ name, message }: TestFailure) => cut(message ? `${name}: ${message}` : name);

function evidenceOf({ id, status, phases, log }: CheckBuild, results: ParsedResults | undefined) {
  const read = results?.kind === 'read' ? results.results : undefined;
  return {
    ...{ build: id, status, ...(log ? { log } : {}) },
    phases: phases.map(({ name, ...phase }) => (phase.status ? `${name} ${reasonOf(phase as BuildPhase)}` : name)),
    ...(read
      ? {
          ...{ passed: read.passed, skipped: read.skipped, failed: read.failures.length },
          failures: read.failures.slice(0, MOST_FAILURES).map(named),
        }
      : {}),
    ...(results?.kind === 'unreadable' ? { results: cut(results.why) } : {}),
  };
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST).toWellFormed()}…`;
}
