import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';

/** Builds the command line as a package without dependencies, in dist/package or the given folder. */

const PROJECT = resolve(import.meta.dirname, '..');
/** This is the oldest version with all functions that the command line calls, such as Map.groupBy. */
const OLDEST_NODE = 22;

const folder = resolve(process.argv[2] ?? join(PROJECT, 'dist', 'package'));
const { name, version, license, description } = JSON.parse(
  readFileSync(join(PROJECT, 'package.json'), 'utf8'),
) as Record<string, string>;

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
buildSync({
  absWorkingDir: PROJECT,
  entryPoints: [{ in: 'bin/installed.ts', out: 'main' }],
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  target: `node${OLDEST_NODE}`,
  format: 'esm',
  mainFields: ['module', 'main'],
  // Only "init" and "permissions" need this module, and an installed command does not have them.
  external: ['@cdktn/hcl2json'],
  define: { RUNBOOK_VERSION: JSON.stringify(version) },
  minify: true,
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
});
// The Node version on PATH reads this file, so the file uses only syntax that an old version supports.
writeFileSync(
  join(folder, 'runbook.js'),
  `#!/usr/bin/env node
if (Number(process.versions.node.split('.')[0]) < ${OLDEST_NODE}) {
  process.stderr.write('Node ' + process.version + ' is too old for this: install Node ${OLDEST_NODE} or newer\\n');
  process.exitCode = 2;
} else import('./main.mjs');
`,
  { mode: 0o755 },
);
writeFileSync(
  join(folder, 'package.json'),
  `${JSON.stringify(
    {
      ...{ name, version, description, license, type: 'module' },
      bin: { runbook: 'runbook.js' },
      engines: { node: `>=${OLDEST_NODE}` },
    },
    null,
    2,
  )}\n`,
);
for (const file of ['LICENSE', 'NOTICES.md']) cpSync(join(PROJECT, file), join(folder, file));
writeFileSync(
  join(folder, 'README.md'),
  `# runbook\n\n${description}\n\nThe command line. It calls AWS with your AWS_PROFILE and AWS_REGION; RUNBOOK_ENV_FILE, or --env-file, names a file that has them.\n\n    runbook doctor\n    runbook status\n    runbook board --open\n`,
);
process.stdout.write(`${folder}\n`);
