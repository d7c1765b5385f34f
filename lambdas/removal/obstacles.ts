import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { isOurs, NotReadyError } from '../runtime/errors.ts';

/** The thing belongs to a service of AWS, which deletes it with what it is for. */
export class ManagedError extends Error {
  override readonly name = 'ManagedError';
}

/** What keeps something from being removed. */
export interface Obstacle {
  /**
   * `passes` with time, as what depends on the thing goes. What a service `manages` goes with what it is for, soon or not at
   * all. What `stays` is a denial, a protection, or a bucket with objects in it: nobody here can change that.
   */
  kind: 'passes' | 'managed' | 'stays';
  why: string;
  /** Something else uses the thing, and can be asked for. */
  inUse?: true;
}

/** Names of errors by which services say that something else is in the way for now. */
const PASSES =
  /DependencyViolation|InUse|IncorrectState|InvalidState|Invalid\w+State|DeleteConflict|OperationAborted|Concurrent|TemporarilyUnmodifiable|ClusterContains|UpdateInProgress|ResourceConflict/;
/** The same where the name says only that the request is invalid. */
const PASSES_IN_WORDS = /currently in use|has targets|in progress/i;
const MANAGED = /ManagedRuleException/;

/** @returns what stands in the way of a change, undefined when the service accepted it */
export async function obstacleTo(change: () => Promise<void>): Promise<Obstacle | undefined> {
  try {
    await change();
    return undefined;
  } catch (error) {
    return obstacleOf(error);
  }
}

/** @throws the error itself when it is a fault of this code */
export function obstacleOf(error: unknown): Obstacle {
  if (isOurs(error)) throw error;
  const why = describeError(error);
  if (error instanceof NotReadyError) return { kind: 'passes', why };
  if (error instanceof ManagedError) return { kind: 'managed', why: (error as Error).message };
  const failure = awsFailure(error);
  if (failure === undefined) throw error;
  if (failure === 'denied') return { kind: 'stays', why: `this runbook may not remove it: ${why}` };
  if (failure === 'transient') return { kind: 'passes', why };
  const { name, message } = error as Error;
  if (MANAGED.test(name)) return { kind: 'managed', why };
  return PASSES.test(name) || PASSES_IN_WORDS.test(message)
    ? { kind: 'passes', why, inUse: true }
    : { kind: 'stays', why };
}
