import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser } from './browser.ts';

/** Starts a browser for the tests of a `describe`. It opens pages from disk and records what they do. */
export function usePages(browserPath: string | undefined) {
  let browser: Browser;
  let folder: string;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runbook-page-'));
    browser = await launchBrowser(browserPath ?? '');
  });
  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    complaints.length = 0;
    requests.length = 0;
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  return {
    /** The complaints are messages of the page's console, its errors and its dialogs. */
    complaints,
    /** The page has requested these URLs. */
    requests,
    async open(html: string, options: BrowserContextOptions = {}): Promise<Page> {
      const file = join(folder, 'page.html');
      await writeFile(file, html);
      const page = await browser.newPage(options);
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => complaints.push(`dialog ${dialog.message()}`));
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(pathToFileURL(file).href);
      return page;
    },
    unfold: (page: Page) =>
      page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true; })`),
  };
}
