import { backlogOf, listOf, recordOf, recordsOf, textOf } from './accessors.ts';
import { drawing, facts, round, table } from './components.ts';
import { type Html, html } from './html.ts';
import { clockTime, duration, millisOf } from './times.ts';

const WIDTH = 880;
const LEFT = 44;
const RIGHT = 868;
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
  const x = (ms: number) => round(LEFT + ((ms - first.ms) / (last.ms - first.ms)) * (RIGHT - LEFT));
  const y = (depth: number) => round(BOTTOM - (depth / most) * (BOTTOM - TOP));
  const line = points.map(({ ms, depth }) => `${x(ms)} ${y(depth)}`).join('L');
  const words = `visible, in flight and delayed together: ${points.map(({ depth }) => depth).join(', ')}`;
  return html`<figure><figcaption>Backlog of the order queue (visible + in flight + delayed)</figcaption>
${drawing('Depth of the order queue', words, WIDTH, 164, [
  [...new Set([0, most])].map(
    (depth) => html`<path class="grid" d="M${LEFT} ${y(depth)}H${RIGHT}"/>
<text class="axis" x="${LEFT - 10}" y="${y(depth) + 4}" text-anchor="end">${depth}</text>`,
  ),
  html`<path class="area" d="M${x(first.ms)} ${BOTTOM}L${line}L${x(last.ms)} ${BOTTOM}Z"/><path class="line" d="M${line}"/>`,
  points.map(({ ms, depth }) => html`<circle class="dot" cx="${x(ms)}" cy="${y(depth)}" r="3.5"/>`),
  html`<text class="axis" x="${LEFT}" y="156">0 s</text>
<text class="axis" x="${RIGHT}" y="156" text-anchor="end">${duration(last.ms - first.ms)}</text>`,
])}</figure>`;
}
