import { randomUUID } from 'node:crypto';

/**
 * Returns an output of a step, whose value may have many lines and anything in them.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function outputLines(name: string, value: string): string {
  // The delimiter is random, so that no value can contain it.
  const end = `end-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}
