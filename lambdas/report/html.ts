/** Markup that is safe to put into a page as it is. Only `html` makes it. */
export class Html {
  readonly markup: string;
  constructor(markup: string) {
    this.markup = markup;
  }
}

export type Value = Html | string | number | boolean | null | undefined | readonly Value[];

/**
 * The only way from values to markup: every value is escaped, for text and for double-quoted attributes, unless it is
 * markup already. `false`, `null` and `undefined` are nothing.
 */
export function html(literals: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(literals.map((literal, index) => literal + markupOf(values[index])).join(''));
}

/** For the page's own style sheet: text that no value has touched. */
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

/** Also shows what would be invisible, or would turn the reading order around: a log line may be anybody's. */
export function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)
    .replace(INVISIBLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Control characters other than tab and line feed, and Unicode's marks of direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be found
const INVISIBLE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
