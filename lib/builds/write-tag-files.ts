import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagFiles } from './tag-files.ts';

/**
 * The usage is `node write-tag-files.ts SOURCE COPY`. The program is a separate process, because a synthesis cannot
 * wait for a promise.
 */
const [source = '', copy = ''] = process.argv.slice(2);
for (const [name, content] of Object.entries(await tagFiles(source))) {
  writeFileSync(join(copy, name), `${JSON.stringify(content, undefined, 2)}\n`);
}
