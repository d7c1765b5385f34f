import type { HistoryEvent } from '@aws-sdk/client-sfn';
import {
  type CheckRow,
  describeFailure,
  describeOutput,
  describeSubmission,
  type SweepReport,
} from './event-details.ts';
import { type Details, detailsOf, type Occurrence, occurrence, type StateKind } from './history-event.ts';
import { parse } from './json.ts';
import { ancestors, enclosing, exited, isWithin, type Place, type Visit } from './state-visit.ts';
import type { ExecutionEnd, ExecutionName, StateVisit, Status, TimelineEvent } from './timeline-event.ts';

/** After this many portions, a failed attempt is treated as one that another attempt follows. */
const UNDECIDED_PORTIONS = 2;

/** Returns the command in the message, which says how to answer. */
function answerOf(call = ''): string {
  const command = /npx runbook approve [a-z0-9-]+/.exec(call)?.[0];
  return `an answer${command ? `: ${command}` : ''}`;
}

/**
 * Builds the timeline of one execution's states from its history. The class has no side effects: it receives the events
 * in their order, in portions of any size, and returns what is new. It distinguishes branches and iterations by
 * `previousEventId`.
 */
export class Timeline {
  readonly execution: ExecutionName;
  end: ExecutionEnd | undefined;
  #startedAt = new Date(0);
  readonly #places = new Map<number, Place>();
  readonly #open = new Set<Visit>();
  /** A redrive continues these interrupted states. */
  #unfinished: Visit[] = [];
  readonly #checks = new Map<string, CheckRow>();
  #sweep: SweepReport | undefined;
  #lastFailure = 'a branch failed';
  #evidence: string | undefined;
  #news: TimelineEvent[] = [];

  constructor(arn: string) {
    const [machine = '', name = ''] = arn.split(':').slice(6);
    this.execution = { arn, name, machine };
  }

  apply(events: readonly HistoryEvent[]): TimelineEvent[] {
    this.#news = [];
    // The history is read while it is written: an attempt that is still undecided some portions later waits for a
    // retry.
    for (const visit of this.#open) {
      if (visit.failure && ++visit.failure.portions === UNDECIDED_PORTIONS) this.#tellRetry(visit);
    }
    for (const event of events) this.#applyOne(event);
    return this.#news;
  }

  #applyOne(event: HistoryEvent): void {
    const at = event.timestamp ?? new Date(0);
    const what = occurrence(event.type ?? '');
    const before = this.#places.get(event.previousEventId ?? 0) ?? {};
    const place = this.#follow(what, event.id ?? 0, before, detailsOf(event), at);
    this.#places.set(event.id ?? 0, place);
  }

  /** @returns the place after the event */
  #follow(what: Occurrence, id: number, before: Place, details: Details, at: Date): Place {
    switch (what.is) {
      case 'execution-started':
        this.#startedAt = at;
        this.#news.push({ execution: this.execution, status: 'entered', at, durationMs: 0 });
        return {};
      case 'execution-redriven':
        this.end = undefined;
        this.#news.push({ execution: this.execution, status: 'retrying', at, durationMs: 0, detail: 'redriven' });
        return { redriven: true };
      case 'execution-ended':
        this.#endExecution(what.status, details, at);
        return before;
      case 'state-entered':
        return this.#enter(what.kind, id, before, details, at);
      case 'state-exited':
        return this.#exit(what.kind, before, details, at);
      case 'branches-started':
        if (before.visit) this.#retry(before.visit);
        return { parent: before.visit, iteration: before.iteration };
      case 'branches-succeeded':
        return this.#at(enclosing(before, what.kind) ?? before.visit);
      case 'branches-failed':
        return this.#failBranches(what.kind, before, at);
      case 'iteration-started': {
        const parent = enclosing(before, 'Map');
        return { parent, iteration: { label: String(details.index ?? '') } };
      }
      case 'iteration-ended':
        return this.#endIteration(before, at);
      case 'attempt-scheduled':
        return this.#schedule(before, details, at);
      case 'attempt-submitted':
        this.#submitted(before.visit, details, at);
        return before;
      case 'attempt-succeeded':
        this.#collect(details.output);
        if (before.visit) before.visit.failure = undefined;
        return before;
      case 'attempt-failed':
        this.#failAttempt(before.visit, details, at);
        return before;
      default:
        return before;
    }
  }

  #at(visit: Visit | undefined): Place {
    return { visit, parent: visit?.parent, iteration: visit?.iteration };
  }

  #enter(kind: StateKind, id: number, { parent, iteration }: Place, details: Details, at: Date): Place {
    const item = parse(details.input);
    if (iteration && /^\d*$/.test(iteration.label) && typeof item === 'string' && item.length <= 40) {
      iteration.label = item;
    }
    const visit: Visit = {
      id,
      name: details.name ?? '',
      kind,
      parent,
      iteration,
      enteredAt: at,
      call: undefined,
      attempts: 0,
      failure: undefined,
    };
    this.#open.add(visit);
    this.#tell(visit, kind === 'Wait' ? 'waiting' : 'entered', at);
    return this.#at(visit);
  }

  #exit(kind: StateKind, before: Place, details: Details, at: Date): Place {
    const visit = exited(before, kind, details.name);
    if (!visit) return before;
    const { detail, checks, refused, planned } = this.#collect(details.output);
    this.#open.delete(visit);
    if (visit.failure) {
      const { check, detail: reason } = visit.failure;
      this.#tell(visit, 'failed', at, { caught: true, detail: reason, ...(check ? { check } : {}) });
    } else {
      const check = checks.length === 1 ? checks[0] : undefined;
      this.#tell(visit, refused ? 'failed' : 'succeeded', at, {
        ...(detail ? { detail } : {}),
        ...(check ? { check } : {}),
        ...(planned === undefined ? {} : { planned }),
      });
    }
    return { parent: visit.parent, iteration: visit.iteration };
  }

  #schedule(before: Place, details: Details, at: Date): Place {
    const call = `${details.resourceType} ${details.resource} ${details.parameters ?? details.input ?? ''}`;
    const visit = before.redriven ? this.#resume(call, at) : before.visit;
    if (!visit) return before;
    this.#retry(visit);
    visit.call = call;
    visit.attempts += 1;
    return this.#at(visit);
  }

  #submitted(visit: Visit | undefined, details: Details, at: Date): void {
    if (!visit) return;
    const { execution: child, build, detail } = describeSubmission(details.resourceType, details.output);
    if (child && detail) this.#tell(visit, 'waiting', at, { child, detail });
    else if (details.resource?.endsWith('.waitForTaskToken'))
      this.#tell(visit, 'waiting', at, { question: true, detail: answerOf(visit.call) });
    else if (detail) this.#tell(visit, 'waiting', at, { detail, ...(build ? { build } : {}) });
  }

  #failAttempt(visit: Visit | undefined, details: Details, at: Date): void {
    const { detail, check } = describeFailure(details.error, details.cause);
    if (check) this.#checks.set(check.check, check);
    this.#lastFailure = detail;
    if (visit) visit.failure = { at, detail, check, portions: 0 };
  }

  #endIteration(before: Place, at: Date): Place {
    // A state that failed in an iteration stays open when the Map state tolerates the failure.
    for (const visit of this.#open) {
      if (visit.failure && visit.iteration === before.iteration) this.#cutShort(visit, at, 'aborted');
    }
    return { parent: enclosing({ parent: before.parent ?? before.visit }, 'Map') };
  }

  #failBranches(kind: StateKind, before: Place, at: Date): Place {
    const visit = enclosing(before, kind);
    if (!visit) return before;
    const detail = before.visit?.failure?.detail ?? this.#lastFailure;
    for (const inner of this.#open) if (isWithin(inner, visit)) this.#cutShort(inner, at, 'aborted');
    visit.failure = { at, detail, check: undefined, portions: 0 };
    visit.attempts += 1;
    return this.#at(visit);
  }

  #endExecution(status: ExecutionEnd['status'], details: Details, at: Date): void {
    const { output, error, cause } = details;
    const failure: { detail?: string } = error || cause ? describeFailure(error, cause) : {};
    const succeeded = status === 'SUCCEEDED';
    for (const visit of this.#open) {
      const reason = visit.kind === 'Fail' ? failure.detail : undefined;
      this.#cutShort(visit, at, reason ?? (status === 'TIMED_OUT' ? 'the execution timed out' : 'aborted'));
    }
    const { detail } = succeeded ? this.#collect(output) : failure;
    this.end = {
      status,
      checks: [...this.#checks.values()],
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
      ...(cause === undefined ? {} : { cause }),
      ...(this.#sweep ? { sweep: this.#sweep } : {}),
      ...(this.#evidence ? { evidence: this.#evidence } : {}),
    };
    this.#news.push({
      execution: this.execution,
      status: succeeded ? 'succeeded' : 'failed',
      at,
      end: this.end,
      durationMs: at.getTime() - this.#startedAt.getTime(),
      ...(detail ? { detail } : {}),
    });
  }

  #cutShort(visit: Visit, at: Date, reason: string): void {
    this.#open.delete(visit);
    this.#unfinished.push(visit);
    this.#tell(visit, 'failed', at, { detail: visit.failure?.detail ?? reason });
  }

  /** After a redrive, a task continues with its next attempt, and is not entered again. */
  #resume(call: string, at: Date): Visit | undefined {
    const tasks = this.#unfinished.filter(({ kind }) => kind === 'Task');
    const visit = tasks.find((task) => task.call === call) ?? tasks[0];
    if (!visit) return undefined;
    this.#unfinished = this.#unfinished.filter((other) => other !== visit);
    for (let open: Visit | undefined = visit; open; open = open.parent) {
      open.failure = undefined;
      this.#open.add(open);
    }
    this.#tell(visit, 'entered', at, { detail: 'redriven' });
    return visit;
  }

  /** Records that the attempt after a failed one has begun. */
  #retry(visit: Visit): void {
    if (visit.failure && visit.failure.portions < UNDECIDED_PORTIONS) this.#tellRetry(visit);
    visit.failure = undefined;
    this.#unfinished = this.#unfinished.filter((other) => !isWithin(other, visit));
  }

  #tellRetry(visit: Visit): void {
    const { at, detail } = visit.failure ?? {};
    if (at && detail) this.#tell(visit, 'retrying', at, { attempt: visit.attempts, detail });
  }

  #collect(json: string | undefined) {
    const described = describeOutput(json);
    for (const row of described.checks) this.#checks.set(row.check, row);
    // The full report comes with the task's result. A state's output may repeat only the verdict.
    if (described.sweep && (described.sweep.certificate || !this.#sweep)) this.#sweep = described.sweep;
    this.#evidence = described.evidence ?? this.#evidence;
    return described;
  }

  #tell(visit: Visit, status: Status, at: Date, more: Partial<TimelineEvent> = {}): void {
    const state: StateVisit = {
      id: visit.id,
      name: visit.name,
      kind: visit.kind,
      within: ancestors(visit),
      ...(visit.iteration ? { iteration: visit.iteration.label } : {}),
    };
    const durationMs = at.getTime() - visit.enteredAt.getTime();
    this.#news.push({ execution: this.execution, state, status, at, durationMs, ...more });
  }
}
