/** The longest note about what is left out has fewer characters. */
const NOTE = 50;
/** The beginning gets this share of the characters. The end often has a command or a link. */
const BEGINNING = 0.6;

/**
 * Returns the beginning and the end of a text, with the number of characters that are left out between them.
 * @param most the result has at most this many characters
 * @param where says where the whole text is
 */
export function shortened(text: string, most: number, where = ''): string {
  if (text.length <= most) return text;
  const room = most - NOTE;
  const beginning = Math.floor(room * BEGINNING);
  const end = room - beginning;
  const note = `${text.length - room} more characters${where && ` ${where}`}`;
  return `${text.slice(0, beginning)} … (${note}) … ${text.slice(-end)}`.toWellFormed();
}
