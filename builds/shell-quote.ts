const SPECIAL = /[^\w@%+=:,./\u0080-\uffff-]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
const CONTROL = /[\x00-\x1f\x7f]/;

/** Returns a word that bash reads as exactly this text, and in which it expands nothing. */
export function shellQuote(text: string): string {
  if (text === '') return "''";
  if (!CONTROL.test(text)) return text.replaceAll(SPECIAL, '\\$&');
  const escaped = text.replaceAll(/[\\']/g, '\\$&').replaceAll(new RegExp(CONTROL, 'g'), octal);
  return `$'${escaped}'`;
}

const octal = (character: string) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
