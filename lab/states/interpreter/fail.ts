import type { FailState } from '../definition/types.ts';
import { StateError } from '../errors.ts';
import type { StateVisit, Step } from './state-visit.ts';

export async function runFail(visit: StateVisit<FailState>): Promise<Step> {
  const { Error: error, Cause: cause } = visit.state;
  const name = error === undefined ? undefined : await visit.evaluateAs('Error', error, 'string');
  const reason = cause === undefined ? undefined : await visit.evaluateAs('Cause', cause, 'string');
  // A literal is refused when the machine is created; an expression can only be refused when it is evaluated.
  if (typeof name === 'string' && name.startsWith('States.')) {
    throw visit.runtimeError(
      `The error name '${name}' is reserved: names of a Fail state must not begin with 'States.'.`,
    );
  }
  throw new StateError(name as string | undefined, reason as string | undefined);
}
