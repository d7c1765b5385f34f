import { type Html, html } from './html.ts';

/** The mark is `pending` for a step that was not reached or not observed. */
export type Mark = 'passed' | 'failed' | 'unknown' | 'pending';

export const WORDS: Record<Mark, string> = {
  passed: 'Passed',
  failed: 'Failed',
  unknown: 'Unknown',
  pending: 'Not seen',
};

/** Each status has its own shape, so that it does not depend on colour. The box is 16 by 16. */
const FORMS: Record<Mark, Html> = {
  passed: html`<circle cx="8" cy="8" r="7.5"/><path class="ink" d="M4.6 8.3l2.3 2.3 4.5-4.8"/>`,
  failed: html`<path d="M5 .5h6L15.5 5v6L11 15.5H5L.5 11V5z"/><path class="ink" d="M5.4 5.4l5.2 5.2M10.6 5.4l-5.2 5.2"/>`,
  unknown: html`<path d="M8 0l8 8-8 8-8-8z"/><path class="ink" d="M6.2 6.5a1.8 1.8 0 1 1 2.7 1.6c-.6.3-.9.7-.9 1.3M8 11.4v.2"/>`,
  pending: html`<circle class="hollow" cx="8" cy="8" r="6.8"/>`,
};

export function markOf(status: unknown): Mark {
  if (status === 'passed' || status === 'failed' || status === 'unknown') return status;
  return 'pending';
}

/** Returns an icon that is beside a word with the same meaning. */
export function icon(mark: Mark, size = 16): Html {
  return html`<svg class="mark ${mark}" width="${size}" height="${size}" viewBox="0 0 16 16" aria-hidden="true" focusable="false">${FORMS[mark]}</svg>`;
}

/** Returns a mark inside a drawing, centred on a point. */
export function markAt(mark: Mark, x: number, y: number, size = 16): Html {
  const scale = size / 16;
  return html`<g class="mark ${mark}" transform="translate(${x - size / 2} ${y - size / 2}) scale(${scale})">${FORMS[mark]}</g>`;
}
