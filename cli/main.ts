import { setTimeout as delay } from 'node:timers/promises';
import { showIn } from './browser.ts';
import type { Cli } from './cli.ts';
import { openAccount } from './commands/account.ts';
import { EXIT } from './commands/command-error.ts';
import { run } from './run.ts';

/** The command line of a checkout and an installed one differ in these members. */
export type Own = Pick<Cli, 'version' | 'findTools' | 'installed'>;

/** Runs the command line of this process. */
export async function main(own: Own): Promise<void> {
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      interrupt.abort();
      // Code that ignores the signal waits for AWS, and may be interrupted.
      setTimeout(() => process.exit(EXIT.interrupted), 1_000).unref();
    });
  }
  // A reader of the output, such as "head", may close it early.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
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
      loadEnvironment: (file) => process.loadEnvFile(file),
      exit: (code) => {
        process.exitCode = code;
      },
      now: () => Date.now(),
      sleep: (ms) => delay(ms, undefined, { signal: interrupt.signal }).catch(() => {}),
      ...own,
      show: (address) => showIn(process.stderr, address),
    },
    process.env,
  );
}
