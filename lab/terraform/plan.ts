import { spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { refusalOf } from './refusal.ts';

/** `plan.ts ENGINE plan …`: plans, and fails when something is planned that the lab does not execute. Nothing is made then. */

const [engine = '', ...args] = process.argv.slice(2);
const child = spawn(engine, args, { stdio: ['inherit', 'pipe', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));

const lines: string[] = [];
for await (const line of createInterface({ input: child.stdout })) {
  lines.push(line);
  say(line);
}
const { exitCode, signalCode } = await ended();
const refusal = exitCode === 0 || exitCode === 2 ? refusalOf(lines, new Date()) : undefined;
if (refusal) for (const line of refusal) say(line);
process.exit(refusal ? 1 : (exitCode ?? 128 + (signalCode ? constants.signals[signalCode] : 0)));

/** Whole lines, at once: whoever reads the file reads while it grows. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

async function ended() {
  if (child.exitCode === null && child.signalCode === null) await new Promise((done) => child.once('exit', done));
  return child;
}
