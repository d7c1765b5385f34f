import { styleText } from 'node:util';
import type { TimelineEvent } from './timeline-event.ts';

type Style = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'bold';
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;
export const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false });

export const duration = (ms: number): string => {
  const seconds = ms / 1_000;
  if (seconds < 100) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
};

/** Returns `12:01:07`, in the operator's own time zone unless another is given. */
export const clock = (at: Date, timeZone?: string): string =>
  at.toLocaleTimeString('en-GB', timeZone === undefined ? {} : { timeZone });

/** These characters move the cursor, hide text or change its direction. A line end is not among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is written out
const MOVES = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Escapes a text from another source, such as a log line or a name, for a terminal: its control characters are visible,
 * and have no effect.
 */
export function visible(text: string): string {
  return text.replace(MOVES, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Returns the time zone of `clock`, such as `CET`. */
export const zone = (at: Date, timeZone?: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short', ...(timeZone === undefined ? {} : { timeZone }) })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';

/** Returns one line of at most `length` characters. */
export function clip(text: string, length: number): string {
  const line = visible(text.replace(/\s+/g, ' ').trim());
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

/** Returns `provision` for `runbook-provision`. */
export const machineLabel = (machine: string): string => machine.replace(/^runbook-/, '');

export function stateLabel({ state }: TimelineEvent): string {
  if (!state) return '';
  return state.iteration ? `${state.name} (${state.iteration})` : state.name;
}

export function symbol(event: TimelineEvent, paint: Paint): string {
  if (event.caught && !event.check) return paint('yellow', '!');
  if (event.check && event.status !== 'retrying') return checkSymbol(event.check.status, paint);
  switch (event.status) {
    case 'succeeded':
      return paint('green', '✓');
    case 'failed':
      return paint('red', '✗');
    case 'retrying':
      return paint('yellow', '↻');
    case 'waiting':
      return paint('cyan', '…');
    case 'entered':
      return paint('cyan', '▸');
  }
}

export function checkSymbol(status: 'passed' | 'failed' | 'unknown', paint: Paint): string {
  if (status === 'passed') return paint('green', '✓');
  return status === 'failed' ? paint('red', '✗') : paint('yellow', '?');
}
