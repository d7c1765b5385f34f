import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { showIn } from '../cli/browser.ts';
import { openAccount } from '../cli/commands/account.ts';
import { EXIT } from '../cli/commands/command-error.ts';
import { run } from '../cli/run.ts';
import { findTools, formatTools } from '../lab/tools.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interrupt.abort();
    // Whatever does not heed the signal waits for AWS, and may be left.
    setTimeout(() => process.exit(EXIT.interrupted), 1_000).unref();
  });
}
// Whoever reads the lines, such as "head", may have read enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const projectRoot = resolve(import.meta.dirname, '..');
const { version } = JSON.parse(readFileSync(resolve(projectRoot, 'package.json'), 'utf8')) as { version: string };
await run(
  process.argv.slice(2),
  {
    out: process.stdout,
    err: process.stderr,
    terminal: { input: process.stdin, output: process.stderr },
    signal: interrupt.signal,
    open: openAccount,
    get endpoint() {
      return process.env.AWS_ENDPOINT_URL;
    },
    get region() {
      return process.env.AWS_REGION;
    },
    version,
    loadEnvironment: (file) => process.loadEnvFile(file),
    exit: (code) => {
      process.exitCode = code;
    },
    now: () => Date.now(),
    sleep: (ms) => delay(ms, undefined, { signal: interrupt.signal }).catch(() => {}),
    findTools: async () => {
      const found = await findTools(projectRoot);
      return { tools: found.tools, text: formatTools(found) };
    },
    show: (address) => showIn(process.stderr, address),
  },
  process.env,
);
