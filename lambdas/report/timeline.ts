import { numberOf } from './accessors.ts';
import { drawing, round } from './components.ts';
import { type ReportData, titleOf } from './data.ts';
import { type Html, html } from './html.ts';
import { markAt, markOf, WORDS } from './icons.ts';
import { duration, instant, millisOf } from './times.ts';

const WIDTH = 880;
const LEFT = 150;
const RIGHT = 800;
const TOP = 30;
const ROW = 30;

/** Draws the time from the start of the execution to its verdict, with the last run of each check and its duration. */
export function timeline({ execution, at, checks }: ReportData): Html {
  const bars = checks.flatMap((one) => {
    const start = millisOf(one.startedAt);
    return start === undefined ? [] : [{ ...one, start, end: start + one.durationMs }];
  });
  const times = [millisOf(execution.startTime), millisOf(at), ...bars.flatMap(({ start, end }) => [start, end])];
  const known = times.flatMap((one) => numberOf(one) ?? []);
  const from = Math.min(...known);
  const span = Math.max(...known) - from;
  if (bars.length === 0 || !(span > 0) || !Number.isFinite(span)) return html`<p>No check has a time of its own.</p>`;
  const x = (ms: number) => round(LEFT + ((ms - from) / span) * (RIGHT - LEFT));
  const bottom = TOP + bars.length * ROW;
  const grid = ticks(span).map(
    (ms) => html`<path class="grid" d="M${x(from + ms)} ${TOP - 6}V${bottom}"/>
<text class="axis" x="${x(from + ms)}" y="16" text-anchor="middle">${duration(ms).replace(/^0 ms$/, '0')}</text>`,
  );
  const rows = bars.map(({ check, status, start, end, durationMs }, index) => {
    const y = TOP + index * ROW + ROW / 2;
    return html`<g><title>${titleOf(check)}: ${WORDS[markOf(status)]}, ${duration(durationMs)}</title>
${markAt(markOf(status), 10, y, 15)}
<text x="26" y="${y + 4.5}">${titleOf(check)}</text>
<path class="lead" d="M${x(from)} ${y}H${x(start)}"/>
<rect class="bar ${markOf(status)}" x="${x(start)}" y="${y - 7}" width="${Math.max(3, round(x(end) - x(start)))}" height="14" rx="3"/>
<text class="figure" x="${WIDTH}" y="${y + 4.5}" text-anchor="end">${durationMs > 0 ? duration(durationMs) : 'no answer'}</text></g>`;
  });
  const words = bars.map(
    ({ check, status, start, durationMs }) =>
      `${titleOf(check)} ${WORDS[markOf(status)].toLowerCase()}, began after ${duration(start - from)}, took ${duration(durationMs)}`,
  );
  return html`${drawing('Timeline of the run', words.join('; '), WIDTH, bottom + 4, [grid, rows])}
<p class="note">From ${instant(from)}. A bar is the last look of a check; the dotted line before it is time in which the execution prepared, or the check looked and was told “not yet”.</p>`;
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600].map(
  (seconds) => seconds * 1_000,
);
const MOST_TICKS = 8;

/** Returns a few round times within `span` milliseconds. */
function ticks(span: number): number[] {
  const step = STEPS.find((one) => span / one <= MOST_TICKS) ?? span / MOST_TICKS;
  return Array.from({ length: Math.floor(span / step) + 1 }, (_, index) => index * step);
}
