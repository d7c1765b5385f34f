import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { HANDLER_NAMES } from '../../lambdas/contracts/functions.ts';
import { PROJECT_ROOT } from './support/runbook.ts';

interface Package {
  name: string;
  version: string;
  license: string;
  text: string;
}

/** Returns every file of a package that a bundle of a function, of the builds or of a service contains. */
async function bundledFiles(): Promise<string[]> {
  const entries = [
    ...HANDLER_NAMES.map((name) => `lambdas/handlers/${name}.ts`),
    'builds/main.ts',
    ...['api', 'worker'].map((name) => `services/${name}/main.ts`),
  ];
  const { metafile } = await build({
    absWorkingDir: PROJECT_ROOT,
    // One bundle of all entries takes a tenth of the time of one bundle each.
    stdin: { contents: entries.map((entry) => `import './${entry}';`).join('\n'), resolveDir: PROJECT_ROOT },
    outdir: 'unwritten',
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['pg-native'],
    logLevel: 'error',
  });
  return Object.keys(metafile.inputs);
}

function packageOf(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

function describePackage(folder: string): Package {
  const path = join(PROJECT_ROOT, folder);
  const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Package;
  const file = readdirSync(path).find((one) => /^licen[cs]e(\.(md|txt))?$/i.test(one));
  return { name, version, license, text: file ? readFileSync(join(path, file), 'utf8').trim() : '' };
}

function notices(packages: readonly Package[]): string {
  const texts = new Map<string, string[]>();
  for (const { name, text } of packages) if (text) texts.set(text, [...(texts.get(text) ?? []), name]);
  return [
    '# Notices',
    'The bundles of the functions and of the builds, and the images of the services contain the packages below. `npm run docs:notices` writes this file.',
    '| package | version | licence |\n|---|---|---|\n' +
      packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`).join('\n'),
    ...[...texts].map(([text, names]) => `## ${[...new Set(names)].join(', ')}\n\n\`\`\`text\n${text}\n\`\`\``),
    '',
  ].join('\n\n');
}

test('NOTICES.md names every package that is distributed, with its licence', async () => {
  const folders = new Set((await bundledFiles()).flatMap((file) => packageOf(file) ?? []));
  const byName = (one: Package, other: Package) =>
    `${one.name} ${one.version}`.localeCompare(`${other.name} ${other.version}`, 'en');
  const packages = [...folders].map(describePackage).sort(byName);
  expect(packages.filter(({ license }) => !license)).toEqual([]);
  await expect(notices(packages), 'npm run docs:notices writes the file').toMatchFileSnapshot('../../NOTICES.md');
});
