import type { CheckRow } from './event-details.ts';
import type { StateKind } from './history-event.ts';
import type { StateVisit } from './timeline-event.ts';

export interface Iteration {
  label: string;
}

/** A visit is one run of a state, from its entry to its exit. */
export interface Visit {
  readonly id: number;
  readonly name: string;
  readonly kind: StateKind;
  readonly parent: Visit | undefined;
  readonly iteration: Iteration | undefined;
  readonly enteredAt: Date;
  /** After a redrive, this value identifies the state that the next attempt belongs to. */
  call: string | undefined;
  attempts: number;
  /** An attempt has failed, and it is not known yet what follows. */
  failure: { at: Date; detail: string; check: CheckRow | undefined; portions: number } | undefined;
}

/** The place is the position of a chain of events in the machine. */
export interface Place {
  visit?: Visit | undefined;
  parent?: Visit | undefined;
  iteration?: Iteration | undefined;
  redriven?: boolean;
}

/** Returns the innermost running state of the kind around a place. A state whose attempt has just failed is skipped. */
export function enclosing(place: Place, kind: StateKind): Visit | undefined {
  let visit = place.visit ?? place.parent;
  while (visit && (visit.kind !== kind || visit.failure)) visit = visit.parent;
  return visit;
}

/**
 * Returns the state of an exit. The previous event may belong to a branch, and not to the Parallel or Map state itself.
 */
export function exited(place: Place, kind: StateKind, name: string | undefined): Visit | undefined {
  let visit = place.visit ?? place.parent;
  while (visit && (visit.kind !== kind || visit.name !== name)) visit = visit.parent;
  return visit;
}

export function isWithin(visit: Visit, outer: Visit): boolean {
  for (let at = visit.parent; at; at = at.parent) if (at === outer) return true;
  return false;
}

export function ancestors(visit: Visit): StateVisit['within'] {
  if (!visit.parent) return [];
  return [...ancestors(visit.parent), { id: visit.parent.id, name: visit.parent.name }];
}
