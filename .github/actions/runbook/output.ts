import { randomUUID } from 'node:crypto';

/**
 * An output of a step, whose value may have many lines and anything in them.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#multiline-strings
 */
export function outputLines(name: string, value: string): string {
  // Nobody who writes a value knows where it ends.
  const end = `end-${randomUUID()}`;
  return `${name}<<${end}\n${value}\n${end}\n`;
}
