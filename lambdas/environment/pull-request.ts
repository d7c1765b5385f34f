import { pullRequestEnvironment } from '../contracts/environment-name-of.ts';
import { endOf, isOutdated } from '../contracts/lease.ts';
import { applicationUrl } from '../contracts/outputs.ts';
import type { PullRequestEvent, PullRequestMachine, PullRequestStatus } from '../contracts/pull-request.ts';
import type { EnvironmentRecord } from '../contracts/record.ts';
import { costSoFar } from '../contracts/spending.ts';
import { instantOf } from '../runtime/clock.ts';
import { InputError } from '../runtime/errors.ts';

export interface PullRequestPorts {
  /** The environments' names begin with this prefix, such as `pr`. */
  prefix: string;
  bucket: string;
  /** The deployed stack has images. */
  hasImages: boolean;
  machineArns: Readonly<Record<PullRequestMachine, string>>;
  /** @returns undefined when an execution of that name was started before */
  startExecution(machineArn: string, name: string, input: object): Promise<string | undefined>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  listRecords(): Promise<{ records: EnvironmentRecord[]; malformed: string[] }>;
  now(): number;
}

/**
 * Does what a pipeline may do for a pull request. The pipeline's role can call this function and start no machine, so
 * that no run of a pull request can change an environment that does not belong to a pull request.
 * @throws {InputError} for an environment of that name that a person began
 */
export async function pullRequest(event: PullRequestEvent, ports: PullRequestPorts) {
  if (event.action === 'list') return { numbers: await numbersOf(ports) };
  const environment = pullRequestEnvironment(event.number, ports.prefix);
  if (event.action === 'status') return statusOf(environment, await ports.loadRecord(environment), ports);
  const { action, number, attempt, ...rest } = event;
  const record = await ports.loadRecord(environment);
  if (record && record.status !== 'GONE' && !isOfPullRequest(record)) {
    throw new InputError(
      `environment "${environment}" exists, and no pull request began it: pull request ${number} does not change it. Tear it down first (npx runbook teardown ${environment}), or give github.pullRequests another prefix`,
    );
  }
  const reason = `pull request ${number}, attempt ${attempt}`;
  const machine = ports.machineArns[action];
  const name = `${environment}-${attempt}-${action}`;
  const input = {
    environment,
    ...rest,
    ...(action === 'provision' ? { onFailure: 'destroy' } : {}),
    // A validation changes nothing, and takes no reason.
    ...(action === 'validate' ? {} : { reason }),
  };
  const execution = await ports.startExecution(machine, name, input);
  return { environment, execution: execution ?? `${machine.replace(':stateMachine:', ':execution:')}:${name}` };
}

/** A person may give an environment the name of a pull request's. The function names its executions, and people do not. */
function isOfPullRequest({ environment, owner = '', createdBy = owner }: EnvironmentRecord): boolean {
  const name = createdBy.split(':').at(-1) ?? '';
  return name.startsWith(`${environment}-`) && /^\d{1,12}(-\d{1,4})?-[a-z]+$/.test(name.slice(environment.length + 1));
}

async function numbersOf({ listRecords, prefix }: PullRequestPorts): Promise<number[]> {
  const { records, malformed } = await listRecords();
  const alive = records
    .filter((record) => record.status !== 'GONE' && isOfPullRequest(record))
    .map(({ environment }) => environment);
  return [...alive, ...malformed].flatMap((name) => {
    const number = Number(name.slice(prefix.length + 1).split('-')[0]);
    // A name that somebody chose and that begins in the same way is no pull request's.
    return number > 0 && pullRequestEnvironment(number, prefix) === name ? [number] : [];
  });
}

function statusOf(
  environment: string,
  record: EnvironmentRecord | null,
  { bucket, hasImages, now }: PullRequestPorts,
): PullRequestStatus {
  if (!record) return { environment, hasImages, status: 'NONE' };
  const { status, commit, outputs, usdPerHour, lastValidation, lastFailure } = record;
  const url = applicationUrl(outputs);
  const usdSoFar = costSoFar(record, now());
  return {
    ...{ environment, hasImages, status, commit },
    ...(url && status !== 'GONE' ? { url } : {}),
    ...(status === 'GONE' ? {} : { endsAt: instantOf(endOf(record)) }),
    ...(usdSoFar === undefined || status === 'GONE' ? {} : { usdPerHour, usdSoFar }),
    ...(lastValidation && !isOutdated(record, lastValidation)
      ? {
          verdict: lastValidation.verdict,
          validatedAt: lastValidation.at,
          report: { bucket, key: lastValidation.report },
        }
      : {}),
    ...(lastFailure
      ? { failure: [lastFailure.error, lastFailure.cause].filter(Boolean).join(': ') || lastFailure.status }
      : {}),
  };
}
