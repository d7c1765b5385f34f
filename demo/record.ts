import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { recording } from './recording.ts';

/** node demo/record.ts FILE: puts what `npm start > FILE` has printed into docs/a-whole-run.md, and draws it. */

const PROJECT = resolve(import.meta.dirname, '..');
const [file] = process.argv.slice(2);
if (!file) {
  process.stderr.write('node demo/record.ts FILE: a file that "npm start" was printed into\n');
  process.exit(2);
}
const printed = readFileSync(file, 'utf8').replaceAll(`${PROJECT}/`, '');
// Before that are the tools of one machine, and where it has them.
const transcript = `${printed.slice(printed.indexOf('lab       ready')).trimEnd()}\n`;
const page = join(PROJECT, 'docs', 'a-whole-run.md');
writeFileSync(
  page,
  readFileSync(page, 'utf8').replace(/```\n.*?```/s, () => `\`\`\`\n${transcript}\`\`\``),
);
writeFileSync(join(PROJECT, 'docs', 'images', 'a-whole-run.svg'), recording(transcript));
