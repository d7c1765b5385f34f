import type { TargetOf } from '../../contracts/resource-checks.ts';
import { meets } from './resource-http.ts';
import { excerpt, type Seen } from './resource-seen.ts';

export interface FunctionState {
  /** As the answer has it. */
  arn?: string;
  state: string;
  stateReason?: string;
  /** Of the last update of its code or configuration. */
  update: string;
  updateReason?: string;
  /** As AWS writes it. */
  modified: string;
  /** Its reserved concurrency; absent without one. */
  reserved?: number;
}

export interface Invocation {
  /** `Unhandled` or `Handled` when the function failed. */
  error?: string;
  payload: string;
}

export function expectedOfLambda({ invoke, errors }: TargetOf<'lambda'>): string {
  return [
    'the function is Active, may be invoked, and its last update is Successful',
    ...(invoke ? ['an invocation succeeds'] : []),
    ...(invoke?.json ?? []).map(({ path, equals }) => `its ${path} is ${JSON.stringify(equals)}`),
    ...(errors ? [`at most ${errors.atMostPercent} % of the invocations in ${errors.minutes} minutes fail`] : []),
  ].join(', ');
}

/** @param found undefined when Lambda has no such function */
export function functionState(found: FunctionState | undefined): Seen[] {
  if (!found) return [{ status: 'failed', text: 'the function does not exist' }];
  const { state, stateReason, update, updateReason, modified, reserved } = found;
  const seen = [stateSeen(state, stateReason), updateSeen(update, updateReason, modified)];
  return reserved === 0 ? [...seen, { status: 'failed', text: DEACTIVATED }] : seen;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
const DEACTIVATED = 'its reserved concurrency is 0, so every invocation is throttled';

const because = (reason: string | undefined) => (reason ? ` (${reason})` : '');

/** https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html */
function stateSeen(state: string, reason: string | undefined): Seen {
  const text = `${state}${because(reason)}`;
  if (state === 'Active') return { status: 'passed', text };
  if (state === 'Failed') return { status: 'failed', text };
  // Inactive becomes active with an invocation, whose caller gets an error.
  if (state === 'Pending' || state === 'Inactive') return { status: 'not-ready', text };
  return { status: 'unknown', text: `the function is in a state that is not known: ${text}` };
}

function updateSeen(update: string, reason: string | undefined, modified: string): Seen {
  const text = `update of ${modified} ${update}${because(reason)}`;
  if (update === 'Successful') return { status: 'passed', text };
  if (update === 'Failed') return { status: 'failed', text };
  if (update === 'InProgress') return { status: 'not-ready', text };
  return { status: 'unknown', text };
}

export function invoked(invoke: NonNullable<TargetOf<'lambda'>['invoke']>, { error, payload }: Invocation): Seen[] {
  if (error !== undefined)
    return [{ status: 'not-ready', text: `the invocation failed (${error}): ${excerpt(payload)}` }];
  return [{ status: 'passed', text: 'the invocation succeeded' }, ...invoke.json.map((one) => meets(payload, one))];
}
