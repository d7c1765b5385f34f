/** `1 error`, `2 errors`. @param plural where it is not the word and an s */
export function counted(count: number, word: string, plural = `${word}s`): string {
  return `${count} ${count === 1 ? word : plural}`;
}
