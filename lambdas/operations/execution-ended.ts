import { createHash } from 'node:crypto';
import * as z from 'zod';
import { instantOf } from '../shared/clock.ts';
import { environmentName } from '../shared/contracts.ts';
import { type EnvironmentRecord, MACHINES, type MachineName } from '../shared/record.ts';
import type { ExecutionEndedEvent } from '../shared/request.ts';
import { STOPPED_BY_TEARDOWN } from './claim.ts';

export interface EndedPorts {
  executionStatus(arn: string): Promise<string>;
  /** Changes the record only while `owner` still owns it. @returns whether it did */
  updateIfOwned(
    environment: string,
    owner: string,
    changes: Partial<Pick<EnvironmentRecord, 'status' | 'lastFailure'>>,
  ): Promise<boolean>;
  /** @returns undefined when a teardown of that name was started before */
  startTeardown(name: string, input: { environment: string; reason: string }): Promise<string | undefined>;
  publish(subject: string, message: string): Promise<void>;
}

type Detail = ExecutionEndedEvent['detail'];
/** Errors by which a deployment says that the environment is what it was. */
const AS_BEFORE = new Set(['DeploymentRefused', 'PlanRefused']);
const UNSUCCESSFUL = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);
/** SNS refuses a longer subject, and any character outside ASCII. */
const MAX_SUBJECT = 100;

/** The part of a machine's input that matters here; a refused input may have anything in it. */
const inputShape = z.object({
  environment: environmentName,
  onFailure: z.enum(['keep', 'destroy']).optional().catch(undefined),
  mode: z.enum(['destroy', 'plan']).optional().catch(undefined),
});

/**
 * What happens after an execution that did not succeed, however it ended: the record says so, an environment that was
 * asked to go goes, and people are told. Safe to be called twice for one event.
 */
export async function executionEnded({ detail }: ExecutionEndedEvent, ports: EndedPorts): Promise<void> {
  const machine = machineOf(detail.stateMachineArn);
  if (!machine || !UNSUCCESSFUL.has(detail.status)) return;
  // Events come late, and twice: since then the execution may have been redriven, and have succeeded.
  if ((await ports.executionStatus(detail.executionArn)) !== detail.status) return;
  const input = inputShape.safeParse(parseJson(detail.input ?? ''));
  const environment = input.success ? input.data.environment : undefined;
  const changesThings =
    machine === 'provision' || machine === 'deploy' || (machine === 'teardown' && input.data?.mode !== 'plan');

  const owned =
    environment !== undefined && changesThings ? await markFailed(environment, machine, detail, ports) : false;
  // A provision that never owned the environment has made nothing; one that a teardown stopped is being torn down.
  const destroys =
    owned && machine === 'provision' && input.data?.onFailure === 'destroy' && detail.error !== STOPPED_BY_TEARDOWN;
  const teardown = destroys && environment ? await startTeardown(environment, detail, ports) : undefined;
  await ports.publish(
    subjectOf(machine, environment, detail),
    messageOf({ machine, environment, detail, owned, teardown }),
  );
}

function machineOf(arn: string): MachineName | undefined {
  const name = arn.slice(arn.lastIndexOf(':') + 1);
  return MACHINES.find((machine) => name === machine || name.endsWith(`-${machine}`));
}

function markFailed(environment: string, machine: MachineName, detail: Detail, ports: EndedPorts): Promise<boolean> {
  return ports.updateIfOwned(environment, detail.executionArn, {
    ...(isAsBefore(machine, detail) ? {} : { status: 'FAILED' }),
    lastFailure: {
      machine,
      status: detail.status,
      at: instantOf(detail.stopDate ?? detail.startDate),
      execution: detail.executionArn,
      ...(detail.error ? { error: detail.error } : {}),
      ...(detail.cause ? { cause: reasonOf(detail.cause).slice(0, 1_000) } : {}),
    },
  });
}

function isAsBefore(machine: MachineName, { error }: Detail): boolean {
  return machine === 'deploy' && AS_BEFORE.has(error ?? '');
}

/** One teardown per end of an execution, however often the event is delivered. */
async function startTeardown(environment: string, detail: Detail, ports: EndedPorts): Promise<string> {
  const digest = createHash('sha256')
    .update(`${detail.executionArn} ${detail.redriveCount ?? 0}`)
    .digest('hex');
  const name = `${environment}-after-failure-${digest.slice(0, 16)}`;
  const reason = `provision ${detail.name} is ${detail.status}, onFailure is destroy`;
  await ports.startTeardown(name, { environment, reason: reason.slice(0, 256) });
  return name;
}

/** What a sweep is over with is no failure of the sweep. */
const FOUND: Record<string, string> = { LeftoversFound: 'found leftovers', SweepInconclusive: 'was inconclusive' };

function subjectOf(machine: MachineName, environment: string | undefined, { status, error }: Detail): string {
  const found = FOUND[error ?? ''];
  const what = found ?? { FAILED: 'failed', TIMED_OUT: 'ran out of time', ABORTED: 'was stopped' }[status] ?? status;
  const of = machine === 'expire' ? 'overdue environments' : (environment ?? 'an environment');
  return `${machine} of ${of} ${what}`.replaceAll(/[^ -~]/g, '?').slice(0, MAX_SUBJECT);
}

interface Told {
  machine: MachineName;
  environment: string | undefined;
  detail: Detail;
  owned: boolean;
  teardown: string | undefined;
}

function messageOf({ machine, environment, detail, owned, teardown }: Told): string {
  const name = environment ?? '(unknown)';
  const seconds = Math.round(((detail.stopDate ?? detail.startDate) - detail.startDate) / 1_000);
  return [
    `The ${machine} of environment ${name} ended as ${detail.status} after ${seconds} seconds.`,
    ...(detail.error
      ? [`${detail.error}: ${detail.cause ? reasonOf(detail.cause).slice(0, 2_000) : 'no cause given'}`]
      : []),
    `Execution: ${detail.executionArn}`,
    whatNow(machine, name, detail, owned, teardown),
  ].join('\n\n');
}

function whatNow(
  machine: MachineName,
  name: string,
  detail: Detail,
  owned: boolean,
  teardown: string | undefined,
): string {
  if (teardown) return `Teardown ${teardown} was started, because onFailure is "destroy".`;
  if (machine === 'provision' && owned) {
    return `What it made still exists and is paid for, until the scheduled teardown or one that you start with {"environment": "${name}"}.`;
  }
  if (machine === 'teardown' && owned) {
    return `Something may still exist and be paid for. Redrive the execution, or start the teardown again with {"environment": "${name}"}.`;
  }
  if (machine === 'extend' || machine === 'protect') {
    return `Whatever it has put on the record of environment ${name} holds. If it failed while it moved the teardown, redrive it.`;
  }
  if (machine === 'expire') return 'What is named above is past its time, and still paid for.';
  if (machine === 'deploy' && owned && !isAsBefore(machine, detail)) {
    return `It may have given environment ${name} its images in part. Redrive the execution, or start the deploy machine again with a commit that works.`;
  }
  if (machine === 'deploy' && owned) return `Environment ${name} is as it was before.`;
  if (machine === 'sweep') {
    return `A sweep changes nothing. The certificate has how to remove each thing that is left, and what could not be looked at; then sweep again with {"environment": "${name}"}.`;
  }
  return `It changed nothing of environment ${name}.`;
}

/** Errors of Lambdas and of nested executions arrive as JSON, and only their messages are for people. */
function reasonOf(cause: string): string {
  const { errorMessage, Error: error, Cause: nested } = (parseJson(cause) ?? {}) as Record<string, unknown>;
  if (typeof errorMessage === 'string') return errorMessage;
  if (typeof nested === 'string') return `${typeof error === 'string' ? `${error}: ` : ''}${reasonOf(nested)}`;
  return cause;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
