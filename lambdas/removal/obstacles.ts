import { awsFailure, describeError } from '../runtime/aws-errors.ts';
import { isOurs, NotReadyError } from '../runtime/errors.ts';

/** The resource belongs to a service of AWS, which deletes it together with the resource that it serves. */
export class ManagedError extends Error {
  override readonly name = 'ManagedError';
}

/** Describes what prevents a removal. */
export interface Obstacle {
  /**
   * An obstacle that `passes` is over when the dependent resources are gone. A `managed` resource is deleted by its
   * service together with the resource that it serves, soon or not at all. An obstacle that `stays` is a denial, a
   * protection, or a bucket with objects in it, which the runbook cannot change.
   */
  kind: 'passes' | 'managed' | 'stays';
  why: string;
  /** Something else uses the resource, and its users can be read. */
  inUse?: true;
}

/** Services use errors of these names when something else blocks the change for now. */
const PASSES =
  /DependencyViolation|InUse|IncorrectState|InvalidState|Invalid\w+State|DeleteConflict|OperationAborted|Concurrent|TemporarilyUnmodifiable|ClusterContains|UpdateInProgress|ResourceConflict/;
/** The message says the same where the name says only that the request is invalid. */
const PASSES_IN_WORDS = /currently in use|has targets|in progress/i;
const MANAGED = /ManagedRuleException/;

/**
 * Runs a change.
 * @returns what blocks the change, or undefined when the service accepted it
 */
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
