import type { Readable } from 'node:stream';

/**
 * Calls back for every line of a stream, and for an unfinished last one. Only "\n" ends a line: Lambda puts "\r" into
 * messages of several lines.
 */
export function onLines(stream: Readable, callback: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) callback(line);
  });
  stream.on('end', () => {
    if (rest !== '') callback(rest);
  });
}
