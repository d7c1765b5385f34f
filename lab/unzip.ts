import { createWriteStream } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { fromBufferPromise } from 'yauzl';

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

/**
 * Unpacks a zip with the files' permissions and symbolic links.
 * @param directory created when missing
 * @throws for a damaged archive, and for an entry that points outside the directory
 */
export async function unzip(archive: Buffer, directory: string): Promise<void> {
  const root = resolve(directory);
  await mkdir(root, { recursive: true });
  const zip = await fromBufferPromise(archive);
  for await (const entry of zip.eachEntry()) {
    const path = resolve(root, entry.fileName);
    if (path !== root && !path.startsWith(root + sep)) throw new Error(`${entry.fileName} lies outside the archive`);
    if (entry.fileName.endsWith('/')) {
      await mkdir(path, { recursive: true });
      continue;
    }
    await mkdir(dirname(path), { recursive: true });
    const content = await zip.openReadStreamPromise(entry);
    const mode = entry.externalFileAttributes >>> 16;
    if ((mode & FILE_TYPE) === SYMBOLIC_LINK) await symlink(await text(content), path);
    else await pipeline(content, createWriteStream(path, { mode: mode & 0o777 || 0o644 }));
  }
}
