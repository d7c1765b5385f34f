import { numberOf } from './accessors.ts';
import { type ReportData, titleOf } from './data.ts';
import { type Html, html } from './html.ts';
import { icon, markOf, WORDS } from './icons.ts';
import { duration, instant, millisOf } from './times.ts';

/** From the start of the execution to its verdict: when each check made its final attempt, and how long that took. */
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
  const share = (ms: number) => `${Math.round((ms / span) * 10_000) / 100}%`;
  const steps = ticks(span);
  const grid = steps.map((ms) => html`<line class="grid" x1="${share(ms)}" x2="${share(ms)}" y2="100%"/>`);
  const axis = steps.map(
    (ms, index) =>
      html`<text class="axis${index % 2 === 1 && ' minor'}" x="${share(ms)}" y="12">${duration(ms).replace(/^0 ms$/, '0')}</text>`,
  );
  const rows = bars.map(
    ({ check, status, start, end, durationMs }) =>
      html`<div><span class="what">${icon(markOf(status), 15)}${titleOf(check)}</span><svg class="plot">${grid}
<line class="lead" x2="${share(start - from)}" y1="15" y2="15"/>
<rect class="bar ${markOf(status)}" x="${share(start - from)}" y="8" width="${share(end - start)}" height="14" rx="3"/></svg><span class="figure">${durationMs > 0 ? duration(durationMs) : 'no answer'}</span></div>`,
  );
  const words = bars.map(
    ({ check, status, start, durationMs }) =>
      `${titleOf(check)} ${WORDS[markOf(status)].toLowerCase()}, began after ${duration(start - from)}, took ${duration(durationMs)}`,
  );
  return html`<div class="timeline" role="img" aria-label="Timeline of the run: ${words.join('; ')}"><div class="times"><span class="what"></span><svg class="plot">${axis}</svg><span class="figure"></span></div>${rows}</div>
<p class="note">From ${instant(from)}. A solid bar is the final attempt of a check. A dotted line is start-up, and earlier attempts that were not ready.</p>`;
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
