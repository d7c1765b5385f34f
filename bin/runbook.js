#!/usr/bin/env node
// This file is JavaScript, because the Node version on PATH reads it. A version that is too old for TypeScript starts
// the one that "npm ci" installs.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Node also interprets --env-file as its own option, in every position, and ends with "node: FILE: not found" for a
// missing file. "env -S node --" would prevent that, but the env of Alpine does not support -S.
const main = new URL('./runbook.ts', import.meta.url);
const own = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url));

if (process.features.typescript) await import(main.href);
else if (existsSync(own)) {
  const child = spawn(own, ['--', fileURLToPath(main), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both processes, and the child handles it.
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
