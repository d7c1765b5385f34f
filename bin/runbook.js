#!/usr/bin/env node
// JavaScript, since whichever Node is on PATH reads it: one that is too old for TypeScript hands over to the one that "npm ci" brings.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Node takes --env-file for its own too, wherever it stands, and ends with "node: FILE: not found" for one that is not there. "env -S node --"
// would keep it from that, and the env of Alpine has no -S.
const main = new URL('./runbook.ts', import.meta.url);
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (process.features.typescript) await import(main.href);
else if (existsSync(own)) {
  const child = spawn(own, ['--', fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both; the child decides what becomes of it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  process.stderr.write(
    `Node ${process.version} is too old for this: run "npm ci" in ${folder}, which brings Node 24\n`,
  );
  process.exitCode = 2;
}
