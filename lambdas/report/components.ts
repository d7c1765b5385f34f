import { type Html, html, type Value } from './html.ts';

/** Several sections use these components. */

/** Returns a table that scrolls when the page is too narrow. The function returns nothing when there are no rows. */
export function table(caption: string, head: readonly string[], rows: readonly (readonly Value[])[]): Html {
  if (rows.length === 0) return html``;
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${head.map((one) => html`<th scope="col">${one}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => (index === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody>
</table></div>`;
}

export function facts(pairs: readonly (readonly [string, Value])[]): Html {
  return html`<dl class="facts">${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

/** Quotes lines from other sources. */
export function quoted(title: string, lines: readonly string[]): Html {
  if (lines.length === 0) return html``;
  return html`<h4>${title}</h4><ul class="quoted">${lines.map((line) => html`<li><code>${line}</code></li>`)}</ul>`;
}

/**
 * Returns a drawing that keeps its size on a narrow screen, where it scrolls.
 * @param words the text alternative for people who cannot see the drawing
 */
export function drawing(name: string, words: string, width: number, height: number, content: Value): Html {
  return html`<div class="scroll drawing" tabindex="0" role="group" aria-label="${name}"><svg role="img" aria-label="${name}: ${words}" viewBox="0 0 ${width} ${height}">${content}</svg></div>`;
}

/** Rounds to a tenth of a pixel. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
