import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recording } from './recording.ts';

/**
 * The usage is `node demo/record.ts FILE`. The program puts the output of `npm start > FILE` into docs/a-whole-run.md,
 * and draws it.
 */

const PROJECT = resolve(import.meta.dirname, '..');
const [file] = process.argv.slice(2);
if (!file) {
  process.stderr.write('node demo/record.ts FILE: a file that "npm start" was printed into\n');
  process.exit(2);
}
const printed = readFileSync(file, 'utf8').replaceAll(`${PROJECT}/`, '');
// The lines before this one show the tools of one machine, and their paths.
const transcript = `${printed.slice(printed.indexOf('lab       ready')).trimEnd()}\n`;
const page = join(PROJECT, 'docs', 'a-whole-run.md');
writeFileSync(
  page,
  readFileSync(page, 'utf8').replace(/```\n.*?```/s, () => `\`\`\`\n${transcript}\`\`\``),
);
writeFileSync(join(PROJECT, 'docs', 'images', 'a-whole-run.svg'), recording(transcript));
