import type { Frame } from './frame.ts';

/**
 * Prepares a frame that did not succeed for another go: all that is not done continues from the given event.
 * Branches that succeeded keep their output.
 */
export function rewind(frame: Frame, cursor: number): void {
  frame.cursor = cursor;
  for (const child of frame.children ?? []) {
    if (child.status === 'succeeded') continue;
    child.status = 'pending';
    rewind(child.frame, cursor);
  }
}
