import { type Html, html } from './html.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Returns a duration such as `887 ms`, `7.2 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`. */
export function duration(exact: number | undefined): string {
  if (exact === undefined || !Number.isFinite(exact) || exact < 0) return '–';
  const ms = Math.round(exact);
  if (ms < SECOND) return `${ms} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / 100) / 10} s`;
  const [unit, name, part, partName] =
    ms < HOUR ? [MINUTE, 'min', SECOND, 's'] : ms < DAY ? [HOUR, 'h', MINUTE, 'min'] : [DAY, 'd', HOUR, 'h'];
  const rest = Math.floor((ms % unit) / part);
  return `${Math.floor(ms / unit)} ${name}${rest ? ` ${rest} ${partName}` : ''}`;
}

/** Returns milliseconds since the epoch for an ISO 8601 time, or for a number that already is one. */
export function millisOf(value: unknown): number | undefined {
  const ms = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(new Date(ms).getTime()) ? undefined : ms;
}

/** Returns a time such as `2026-11-24 09:30:56 UTC`, which is the same for every reader. */
export function instant(value: unknown): Html {
  const ms = millisOf(value);
  if (ms === undefined) return html`–`;
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC</time>`;
}

/** Returns a time of day within a run, such as `09:30:56.361`. */
export function clockTime(value: unknown): Html {
  const ms = millisOf(value);
  if (ms === undefined) return html`–`;
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}">${iso.slice(11, 23)}</time>`;
}
