import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagFiles } from './tag-files.ts';

/** `node write-tag-files.ts SOURCE COPY`: a process of its own, since a synthesis does not wait. */
const [source = '', copy = ''] = process.argv.slice(2);
for (const [name, content] of Object.entries(await tagFiles(source))) {
  writeFileSync(join(copy, name), `${JSON.stringify(content, undefined, 2)}\n`);
}
