import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Message as KeptMessage } from '../contracts/board.ts';
import { environmentName, type TeardownInput } from '../contracts/contracts.ts';
import { PLAN_REFUSED, STOPPED_BY_TEARDOWN, UNCHANGED_ERRORS } from '../contracts/execution-errors.ts';
import { describeProtection, isProtected } from '../contracts/lease.ts';
import type { Message } from '../contracts/message.ts';
import type { ExecutionChangedEvent } from '../contracts/payloads/execution-changed.ts';
import { type EnvironmentRecord, MACHINES, type MachineName } from '../contracts/record.ts';
import type { ReportLink } from '../contracts/report-link.ts';
import { STARTED_BY } from '../contracts/request.ts';
import { shortened } from '../contracts/shortened.ts';
import { objectIn, readableCause } from '../notifications/cause.ts';
import type { Evidence, Execution, Recovery } from '../notifications/execution.ts';
import { type NotificationContext, notificationFor } from '../notifications/notification-for.ts';
import { describeError } from '../runtime/aws-errors.ts';
import { instantOf } from '../runtime/clock.ts';
import type { Measurement } from '../runtime/metrics.ts';
import { isRunStartedBy } from './runs.ts';

/** Describes what Step Functions says about an execution at this moment. */
export interface DescribedExecution {
  status: string;
  redriveCount: number;
  input?: string | undefined;
  output?: string | undefined;
}

export interface ChangedPorts {
  /** The value is that of the tag `project`. */
  product: string;
  /** Returns undefined when the execution does not exist any more. */
  describeExecution(arn: string): Promise<DescribedExecution | undefined>;
  loadRecord(environment: string): Promise<EnvironmentRecord | null>;
  /**
   * Changes the record only while `owner` still owns it.
   * @returns whether it did
   */
  updateIfOwned(
    environment: string,
    owner: string,
    changes: Partial<Pick<EnvironmentRecord, 'status' | 'lastFailure'>>,
  ): Promise<boolean>;
  /** Reads the objects whose `s3://…` address is in a text. The function never throws: no message depends on it. */
  readEvidence(text: string): Promise<Evidence>;
  /** Creates a link to a page that the evidence names. The function never throws: no message depends on it. */
  linkTo(page: string): Promise<ReportLink | undefined>;
  /** @returns undefined when a teardown of that name was started before */
  startTeardown(
    name: string,
    input: Pick<TeardownInput, 'environment' | 'afterFailureOf' | 'reason'>,
  ): Promise<string | undefined>;
  publish(message: Message): Promise<void>;
  emit(measurements: readonly Measurement[]): void;
  /**
   * `keepMessage` stores a message with its run, and `writeBoard` starts a rewrite of the board. An error of either is
   * not a failure.
   */
  keepMessage(environment: string, run: string, message: KeptMessage): Promise<void>;
  writeBoard(environment: string | undefined): Promise<void>;
  warn(message: string): void;
  now(): number;
}

const UNSUCCESSFUL = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);
const MAX_CAUSE = 1_000;

const loose = <S extends z.ZodType>(schema: S) => schema.optional().catch(undefined);
const inputShape = z.object({
  environment: loose(environmentName),
  onFailure: loose(z.enum(['keep', 'destroy'])),
  mode: loose(z.enum(['destroy', 'plan'])),
  onlyIfExpired: loose(z.boolean()),
  provenance: loose(z.boolean()),
  reason: loose(z.string()),
  [STARTED_BY]: loose(z.string()),
});

/**
 * Handles a changed status of an execution. A failure is written to the record, and people are notified. The
 * environment of a failed provision is torn down if its input asks for that, or if its first plan was refused. The
 * function may be called late, or twice for one event.
 */
export async function executionChanged(event: ExecutionChangedEvent, ports: ChangedPorts): Promise<void> {
  await handle(event, ports);
  // The alarm for a failure of this function waits for the metric: see lib/observability/alarms.ts.
  if (UNSUCCESSFUL.has(event.detail.status)) ports.emit([{ metric: 'FailuresHandled', value: 1 }]);
}

async function handle({ detail }: ExecutionChangedEvent, ports: ChangedPorts): Promise<void> {
  const machine = machineOf(detail.stateMachineArn);
  if (!machine) return;
  const described = await ports.describeExecution(detail.executionArn);
  if (!described || isPast(detail, described)) return;
  const execution = executionOf(machine, detail, described);
  const { environment } = execution.input;
  const recovery = UNSUCCESSFUL.has(execution.status) ? await cleanUp(execution, ports) : undefined;
  const evidence = await ports.readEvidence(detail.cause ?? detail.output ?? described.output ?? '');
  const record = environment === undefined ? null : await ports.loadRecord(environment);
  const message = await notify(execution, record, evidence, recovery, ports);
  await showOnPages(execution, record, message, ports);
}

async function notify(
  execution: Execution,
  record: EnvironmentRecord | null,
  evidence: Evidence,
  recovery: NotificationContext['recovery'],
  ports: ChangedPorts,
): Promise<Message | undefined> {
  const known: NotificationContext = {
    ...{ record, evidence, product: ports.product, now: ports.now() },
    ...(recovery ? { recovery } : {}),
  };
  // A link is created only for a message that is sent.
  if (!notificationFor(execution, known)) return undefined;
  const link = evidence.page ? await ports.linkTo(evidence.page) : undefined;
  const message = notificationFor(execution, link ? { ...known, evidence: { ...evidence, link } } : known);
  if (message) await ports.publish(message);
  return message;
}

/** Updates the pages for people. Nothing depends on them. */
async function showOnPages(
  { arn, input }: Execution,
  record: EnvironmentRecord | null,
  message: Message | undefined,
  ports: ChangedPorts,
): Promise<void> {
  try {
    if (record && message) {
      const kept = { at: instantOf(ports.now()), subject: message.subject, text: message.text, execution: arn };
      await ports.keepMessage(record.environment, record.run, kept);
    }
    await ports.writeBoard(input.environment);
  } catch (error) {
    ports.warn(`the board is not written: ${describeError(error)}`);
  }
}

function machineOf(arn: string): MachineName | undefined {
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  return MACHINES.find((machine) => name === machine || name.endsWith(`-${machine}`));
}

type Detail = ExecutionChangedEvent['detail'];

/**
 * Events come late, and in any order. The execution may have ended or been redriven since then. A description may lag
 * behind the event, so a description that still says RUNNING does not prove that the event is outdated.
 */
function isPast({ status, redriveCount }: Detail, described: DescribedExecution): boolean {
  if (described.redriveCount > (redriveCount ?? 0)) return true;
  return status === 'RUNNING' && described.status !== 'RUNNING';
}

/** An event leaves out values that are too large for it. The description has them. */
function executionOf(machine: MachineName, detail: Detail, described: DescribedExecution): Execution {
  const { executionArn: arn, name, status, startDate, stopDate, redriveCount, error, cause } = detail;
  const { [STARTED_BY]: startedBy, ...input } = inputShape.parse(objectIn(detail.input ?? described.input));
  return {
    ...{ arn, machine, name, status, startedAt: startDate, redriveCount: redriveCount ?? 0 },
    stoppedAt: stopDate ?? undefined,
    input: { ...input, startedBy },
    output: objectIn(detail.output ?? described.output),
    error: error ?? undefined,
    cause: cause ? readableCause(cause) : undefined,
  };
}

async function cleanUp(execution: Execution, ports: ChangedPorts): Promise<Recovery> {
  const { machine, input } = execution;
  const { environment, mode } = input;
  const changesThings = machine === 'provision' || machine === 'deploy' || (machine === 'teardown' && mode !== 'plan');
  if (environment === undefined || !changesThings) return { owned: false };
  const record = await ports.loadRecord(environment);
  const owned = await markFailed(environment, execution, record, ports);
  if (!owned && record?.lastFailure?.execution === execution.arn) return { owned, passedOn: true };
  // A provision that never owned the environment has created nothing.
  const because = owned && machine === 'provision' ? whyItGoes(execution, record) : undefined;
  if (!because) return { owned };
  if (record && isProtected(record, ports.now())) {
    const protection = describeProtection(record);
    return { owned, kept: `It is not torn down, although ${because}: ${protection}` };
  }
  return { owned, teardown: await startTeardown(environment, execution, because, ports), because };
}

/** Says why the resources of a provision are torn down. The function returns undefined when they stay. */
function whyItGoes({ arn, input, error }: Execution, record: EnvironmentRecord | null): string | undefined {
  // The teardown that stopped the provision removes them. A live environment is not affected by the failure of this
  // execution.
  if (error === STOPPED_BY_TEARDOWN || record?.status === 'LIVE') return undefined;
  // A refused plan has changed nothing. The resources that were created for a first plan are useless without it.
  if (error === PLAN_REFUSED)
    return record && isRunStartedBy(record.run, arn) ? 'its first plan was refused' : undefined;
  return input.onFailure === 'destroy' ? 'onFailure is "destroy"' : undefined;
}

function markFailed(
  environment: string,
  execution: Execution,
  record: EnvironmentRecord | null,
  ports: ChangedPorts,
): Promise<boolean> {
  const { machine, arn, status, startedAt, stoppedAt, error, cause } = execution;
  return ports.updateIfOwned(environment, arn, {
    ...(isAsBefore(execution, record) ? {} : { status: 'FAILED' }),
    lastFailure: {
      ...{ machine, status, at: instantOf(stoppedAt ?? startedAt), execution: arn },
      ...(error ? { error } : {}),
      ...(cause ? { cause: shortened(cause, MAX_CAUSE) } : {}),
    },
  });
}

/** Returns whether the environment is as it was before. A provision restores the record before it refuses a plan. */
function isAsBefore({ machine, error = '' }: Execution, record: EnvironmentRecord | null): boolean {
  return machine === 'deploy' ? UNCHANGED_ERRORS.has(error) : machine === 'provision' && record?.status === 'LIVE';
}

/** Starts one teardown for each end of an execution, however often the event is delivered. */
async function startTeardown(
  environment: string,
  execution: Execution,
  because: string,
  ports: ChangedPorts,
): Promise<string> {
  const digest = createHash('sha256').update(`${execution.arn} ${execution.redriveCount}`).digest('hex');
  const name = `${environment}-after-failure-${digest.slice(0, 16)}`;
  const reason = `provision ${execution.name} is ${execution.status}, and ${because}`;
  await ports.startTeardown(name, {
    environment,
    afterFailureOf: { execution: execution.arn, redriveCount: execution.redriveCount },
    reason: reason.slice(0, 256),
  });
  return name;
}
