/** The markup is safe to insert into a page unchanged. Only `html` and `trusted` create it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Value = Html | string | number | boolean | null | undefined | readonly Value[];

/**
 * Converts values to markup, and is the only way to do so. The function escapes every value for text and for
 * double-quoted attributes, unless the value is markup already. `false`, `true`, `null` and `undefined` become nothing.
 */
export function html(literals: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(literals.map((literal, index) => literal + markupOf(values[index])).join(''));
}

/** Returns markup for constant text without values, such as the page's own style sheet. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

function markupOf(value: Value): string {
  if (value instanceof Html) return value.markup;
  if (Array.isArray(value)) return value.map(markupOf).join('');
  if (value === null || value === undefined || value === false || value === true) return '';
  return escapeText(String(value));
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Escapes a text. The function also shows invisible characters and characters that reverse the reading order, because
 * anyone may have written a log line.
 */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The pattern matches control characters other than tab and line feed, and Unicode's direction marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be found
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
