import type { CheckRow } from './event-details.ts';
import type { StateKind } from './history-event.ts';
import type { StateVisit } from './timeline-event.ts';

export interface Iteration {
  label: string;
}

/** One visit of a state, from its entry to its exit. */
export interface Visit {
  readonly id: number;
  readonly name: string;
  readonly kind: StateKind;
  readonly parent: Visit | undefined;
  readonly iteration: Iteration | undefined;
  readonly enteredAt: Date;
  /** Tells apart, after a redrive, whose next attempt it is. */
  call: string | undefined;
  attempts: number;
  /** An attempt has failed, and what follows is not known yet. */
  failure: { at: Date; detail: string; check: CheckRow | undefined; portions: number } | undefined;
}

/** Where in the machine a chain of events has got to. */
export interface Place {
  visit?: Visit | undefined;
  parent?: Visit | undefined;
  iteration?: Iteration | undefined;
  redriven?: boolean;
}

/** The innermost running state of the kind around a place; one whose attempt has just failed is not it. */
export function enclosing(place: Place, kind: StateKind): Visit | undefined {
  let visit = place.visit ?? place.parent;
  while (visit && (visit.kind !== kind || visit.failure)) visit = visit.parent;
  return visit;
}

/** The state that an exit is of: the event before may be one of a branch, and not of the Parallel or Map itself. */
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
