import { counted } from '../contracts/counted.ts';
import { backlogOf, listOf, numberOf, recordOf, recordsOf, textOf } from './accessors.ts';
import { drawing, round } from './components.ts';
import { type Html, html } from './html.ts';
import { type Mark, markAt, markOf, WORDS } from './icons.ts';
import { duration } from './times.ts';

const STATIONS = ['stored', 'published', 'consumed', 'processed', 'deleted'] as const;
const LABELS: Partial<Record<string, string>> = { processed: 'PROCESSED' };
const RAIL = 42;
const GAP = 16;
const DRAWN = 10;

interface Station {
  name: string;
  mark: Mark;
  /** The figure is a time, or a text in its place. */
  figure: string;
}

/** Draws the path of each order through the platform, as far as it was observed. */
export function journeys(evidence: Record<string, unknown>): Html {
  const orders = recordsOf(evidence.orders);
  const names = stationsOf(evidence);
  return html`${orders.slice(0, DRAWN).map((order) => journey(order, evidence, names))}
${orders.length > DRAWN && html`<p class="note">And ${orders.length - DRAWN} more orders, in the evidence as JSON.</p>`}
${orders.length > 0 && html`<p class="note">Times are since the ${nounOf(evidence)} was sent, by the ${nounOf(evidence)}’s and the log lines’ own timestamps; “by” is when something was noticed that has none.${names.includes('deleted') && html` Deletion rests on ${textOf(recordOf(evidence.deleted).restsOn, 'nothing yet')}.`}</p>`}`;
}

/** Returns the stations of a journey that a configuration lists, or those of an order. */
function stationsOf(evidence: Record<string, unknown>): readonly string[] {
  return Array.isArray(evidence.steps) ? evidence.steps.map((step) => textOf(step)) : STATIONS;
}

const nounOf = (evidence: Record<string, unknown>) => (Array.isArray(evidence.steps) ? 'request' : 'order');

function journey(order: Record<string, unknown>, evidence: Record<string, unknown>, names: readonly string[]): Html {
  const behaviours = recordsOf(order.behaviours);
  const stations = names.map((name) =>
    name === 'deleted' ? deleted(behaviours, evidence) : station(name, behaviours),
  );
  const noun = nounOf(evidence);
  const title = `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${textOf(order.orderId, 'without an id')}`;
  const words = stations.map(({ name, mark, figure }) => `${name} ${WORDS[mark].toLowerCase()} ${figure}`);
  const troubles = behaviours.filter((one) => one.status !== 'passed').map((one) => textOf(one.text));
  const states = recordsOf(order.states).map((state) => {
    const retries = numberOf(state.retryCount);
    return `${textOf(state.status)} ${state.exact === false ? 'by' : 'at'} ${duration(numberOf(state.ms))}${retries ? ` (retry ${retries})` : ''}`;
  });
  return html`<figure class="journey"><figcaption><strong>${title}</strong></figcaption>
${drawing(`Journey of ${title}`, words.join('; '), 88, [rails(stations), stations.map((one, index) => draw(one, at(index, stations.length), index % 2 === 1))])}
${troubles.length > 0 && html`<ul class="troubles">${troubles.map((one) => html`<li>${one}</li>`)}</ul>`}
<p class="small">${states.length > 0 && html`Status read back: ${states.join(' → ')}. `}Correlation id <code>${textOf(order.correlationId)}</code></p></figure>`;
}

function station(name: string, behaviours: Record<string, unknown>[]): Station {
  const found = behaviours.find((one) => one.name === name);
  if (!found) return { name: LABELS[name] ?? name, mark: 'pending', figure: 'not reached' };
  const ms = numberOf(found.ms);
  const mark = markOf(found.status);
  return {
    name: LABELS[name] ?? name,
    mark,
    figure: ms === undefined ? WORDS[mark].toLowerCase() : `${found.exact === false ? 'by ' : ''}${duration(ms)}`,
  };
}

/**
 * Returns the station of the deletion. For an order that did not get this far, the deletion of a message proves
 * nothing.
 */
function deleted(behaviours: Record<string, unknown>[], evidence: Record<string, unknown>): Station {
  const name = 'deleted';
  if (behaviours.some((one) => one.name === name)) return station(name, behaviours);
  const processed = behaviours.some((one) => one.name === 'processed' && one.status === 'passed');
  const status = recordOf(evidence.deleted).status;
  if (!processed || status === undefined) return { name, mark: 'pending', figure: 'not reached' };
  const [before, after] = [evidence.before, evidence.after].map((one) => backlogOf(recordOf(one).queue));
  const figure = before === undefined || after === undefined ? '' : `queue ${before} → ${after}`;
  return { name, mark: markOf(status), figure };
}

/** Returns the place of a station, in percent of the width. @param count of all stations */
function at(index: number, count: number): number {
  return round(((index + 0.5) * 100) / count);
}

function rails(stations: readonly Station[]): Html[] {
  return stations.slice(1).map(({ mark }, index) => {
    const reached = mark === 'passed' && stations[index]?.mark === 'passed';
    const [from, to] = [at(index, stations.length), at(index + 1, stations.length)];
    return html`<line class="rail ${reached ? 'reached' : ''}" x1="${from}%" x2="${to}%" y1="${RAIL}" y2="${RAIL}"/>`;
  });
}

function draw({ name, mark, figure }: Station, x: number, isEven: boolean): Html {
  const even = isEven && ' even';
  return html`<text class="name${even}" x="${x}%" y="20" text-anchor="middle">${name}</text>
<svg class="station" x="${x}%">${gap}${markAt(mark, 0, RAIL, 20)}</svg>
<text class="figure${even}" x="${x}%" y="74" text-anchor="middle">${figure}</text>`;
}

/** The rail does not touch the marks. */
const gap = html`<circle class="gap" cy="${RAIL}" r="${GAP}"/>`;

/** `3 of 3 orders processed, the slowest after 1.2 s`. Nothing where there is no order. */
export function ordersAtAGlance(evidence: Record<string, unknown>): string | undefined {
  const orders = recordsOf(evidence.orders);
  const times = orders.flatMap(({ behaviours }) =>
    recordsOf(behaviours).flatMap(({ name, status, ms }) =>
      name === 'processed' && status === 'passed' ? [numberOf(ms) ?? 0] : [],
    ),
  );
  if (orders.length === 0) return undefined;
  const slowest = times.length > 0 ? `, the slowest after ${duration(Math.max(...times))}` : '';
  return `${times.length} of ${counted(orders.length, 'order')} processed${slowest}`;
}

/** Whether there is an order to draw. */
export function hasJourneys(evidence: Record<string, unknown>): boolean {
  return listOf(evidence.orders).length > 0;
}
