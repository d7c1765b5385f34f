import { backlogOf, listOf, recordOf, recordsOf, textOf } from './accessors.ts';
import { drawing, facts, round, table } from './components.ts';
import { type Html, html } from './html.ts';
import { clockTime, duration, millisOf } from './times.ts';

const TOP = 16;
const BOTTOM = 136;

/** Draws the queue's depth over the samples, and lists the samples. */
export function queueDepth(evidence: Record<string, unknown>): Html {
  const samples = recordsOf(evidence.series);
  return html`${plot(samples)}
${table(
  'Samples of the order queue',
  ['Time (UTC)', 'Visible', 'In flight', 'Delayed', 'Backlog'],
  samples.map((one) => [
    clockTime(one.at),
    textOf(one.visible),
    textOf(one.inFlight),
    textOf(one.delayed),
    textOf(backlogOf(one)),
  ]),
)}
${listOf(evidence.series).length === 0 && html`<p class="note">The queue was not sampled.</p>`}
${facts([
  ['Dead-letter queue', deadLetters(evidence.deadLetters)],
  ...(evidence.restsOn === undefined ? [] : [['Rests on', textOf(evidence.restsOn)] as const]),
])}
<p class="note">SQS counts are approximate, and may be a minute behind. Whether the messages of the last minute are taken, the E2E order shows.</p>`;
}

function deadLetters(counts: unknown): string {
  if (counts === null || counts === undefined) return 'not found';
  const { visible, inFlight, delayed } = recordOf(counts);
  return `${textOf(visible)} visible, ${textOf(inFlight)} in flight, ${textOf(delayed)} delayed`;
}

function plot(samples: readonly Record<string, unknown>[]): Html {
  const points = samples.flatMap((one) => {
    const [ms, depth] = [millisOf(one.at), backlogOf(one)];
    return ms === undefined || depth === undefined ? [] : [{ ms, depth }];
  });
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.ms <= first.ms) return html``;
  const most = Math.max(1, ...points.map(({ depth }) => depth));
  const x = (ms: number) => round(((ms - first.ms) * 100) / (last.ms - first.ms));
  const y = (depth: number) => round(BOTTOM - (depth / most) * (BOTTOM - TOP));
  const line = points.map(({ ms, depth }) => `${x(ms)} ${y(depth)}`).join('L');
  const words = `visible, in flight and delayed together: ${points.map(({ depth }) => depth).join(', ')}`;
  return html`<figure><figcaption>Backlog of the order queue (visible + in flight + delayed)</figcaption>
${drawing('Depth of the order queue', words, 164, [
  [...new Set([0, most])].map(
    (depth) => html`<line class="grid" x2="100%" y1="${y(depth)}" y2="${y(depth)}"/>
<text class="axis" x="-10" y="${y(depth) + 4}" text-anchor="end">${depth}</text>`,
  ),
  // Only the shape is stretched to the width, not its lines and dots.
  html`<svg viewBox="0 0 100 ${BOTTOM}" width="100%" height="${BOTTOM}" preserveAspectRatio="none"><path class="area" d="M${x(first.ms)} ${BOTTOM}L${line}L${x(last.ms)} ${BOTTOM}Z"/><path class="line" d="M${line}"/></svg>`,
  points.map(({ ms, depth }) => html`<circle class="dot" cx="${x(ms)}%" cy="${y(depth)}" r="3.5"/>`),
  html`<text class="axis" y="156">0 s</text>
<text class="axis" x="100%" y="156" text-anchor="end">${duration(last.ms - first.ms)}</text>`,
])}</figure>`;
}
