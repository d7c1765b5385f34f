import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** @returns `CHROME_PATH`, or else the first browser on PATH; undefined when there is none */
export function findBrowser(): string | undefined {
  const candidates = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return process.env.CHROME_PATH ?? candidates.find(isExecutable);
}

export async function launchBrowser(executablePath: string): Promise<Browser> {
  const args = ['--disable-gpu', '--no-first-run', '--disable-background-networking'];
  // Chromium refuses to start a sandbox as root.
  return chromium.launch({ executablePath, args, chromiumSandbox: process.getuid?.() !== 0 });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
