import { type Html, html, type Value } from './html.ts';

/** Several sections use these components. */

/** A table. On a narrow screen, each row is a list of names and values, unless all of them are figures. Nothing without rows. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Value[])[]): Html {
  if (rows.length === 0) return html``;
  const numeric = head.map((_, index) => rows.every((row) => isNumber(row[index])));
  const figures = numeric.slice(1).every(Boolean);
  const figure = (index: number) => numeric[index] && html` class="number"`;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table${!figures && html` class="stacked"`}>
<caption>${caption}</caption>
<thead><tr>${head.map((one, index) => html`<th scope="col"${figure(index)}>${one}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td data-name="${head[index]}"${figure(index)}>${cell}</td>`))}</tr>`)}</tbody>
</table></div>`;
}

/** Of a column that is set to the right: a count, or an amount. */
const isNumber = (cell: Value | undefined): boolean => /^\$?\d+(\.\d+)?$/.test(String(cell));

export function facts(pairs: readonly (readonly [string, Value])[]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Quotes lines from other sources. */
export function quoted(title: string, lines: readonly string[]): Html {
  if (lines.length === 0) return html``;
  return html`<h4>${title}</h4><ul class="quoted">${lines.map((line) => html`<li><code>${line}</code></li>`)}</ul>`;
}

/**
 * Returns a drawing as wide as the screen. Its horizontal measures are in percent, so that its text keeps its size.
 * @param words the text alternative for people who cannot see the drawing
 */
export function drawing(name: string, words: string, height: number, content: Value): Html {
  return html`<svg class="drawing" role="img" aria-label="${name}: ${words}" height="${height}">${content}</svg>`;
}

/** Rounds to a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
