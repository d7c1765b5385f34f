import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** `npm run release -- 1.2.0` gives "Unreleased" in CHANGELOG.md a version and a date, and package.json the version. */

const HEAD = '## Unreleased\n';

/**
 * @param date `2026-01-31`
 * @throws Error when nothing is unreleased, or the version is not newer than the ones that are there
 */
export function releaseNotes(changelog: string, version: string, date: string): string {
  const [before, after] = changelog.split(HEAD);
  if (after === undefined) throw new Error('CHANGELOG.md has no section "## Unreleased"');
  const [notes = ''] = after.split(/^## /m);
  if (!notes.trim()) throw new Error('CHANGELOG.md has nothing under "## Unreleased": there is nothing to release');
  const released = [...after.matchAll(/^## (\d+\.\d+\.\d+)/gm)].map(([, one]) => String(one));
  const newest = released[0];
  if (newest && !isNewer(version, newest))
    throw new Error(`${version} is not newer than ${newest}, the newest release`);
  return `${before}${HEAD}\n## ${version} - ${date}\n${after}`;
}

/** @throws Error for a text that is not a version */
function isNewer(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number));
  const at = one?.findIndex((part, index) => part !== other?.[index]) ?? -1;
  return at >= 0 && (one?.[at] ?? 0) > (other?.[at] ?? 0);
}

if (process.argv[1] === import.meta.filename) {
  const [version = ''] = process.argv.slice(2);
  const root = resolve(import.meta.dirname, '../..');
  const file = (name: string) => resolve(root, name);
  try {
    if (!/^\d+\.\d+\.\d+$/.test(version)) {
      throw new Error(`"${version}" is no version: npm run release -- MAJOR.MINOR.PATCH, such as 1.2.0`);
    }
    const notes = releaseNotes(
      readFileSync(file('CHANGELOG.md'), 'utf8'),
      version,
      new Date().toISOString().slice(0, 10),
    );
    for (const name of ['package.json', 'package-lock.json']) {
      const manifest = JSON.parse(readFileSync(file(name), 'utf8')) as {
        version: string;
        packages?: Record<string, { version?: string }>;
      };
      manifest.version = version;
      if (manifest.packages?.['']) manifest.packages[''].version = version;
      writeFileSync(file(name), `${JSON.stringify(manifest, null, 2)}\n`);
    }
    writeFileSync(file('CHANGELOG.md'), notes);
    console.log(
      `Look at the change, then:\n  git commit --all --message "chore: release ${version}"\n  git tag --annotate v${version} --message "${version}"`,
    );
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
