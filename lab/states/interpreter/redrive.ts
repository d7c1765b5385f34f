import type { Scope } from './scope.ts';

/**
 * Prepares a scope that did not succeed for a redrive: all that is not done continues from the given event. Branches
 * that succeeded keep their output.
 */
export function rewind(scope: Scope, cursor: number): void {
  scope.cursor = cursor;
  for (const child of scope.children ?? []) {
    if (child.status === 'succeeded') continue;
    child.status = 'pending';
    rewind(child.scope, cursor);
  }
}
