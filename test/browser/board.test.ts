import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { renderBoard } from '../../lambdas/report/board.ts';
import { renderRunPage } from '../../lambdas/report/run-page.ts';
import { busyBoard, unreadBoard, wholeRun } from '../support/reports/boards.ts';
import { findBrowser } from './support/browser.ts';
import { POOR_CONTRAST } from './support/contrast.ts';
import { usePages } from './support/pages.ts';

const path = findBrowser();
const PAGES = [
  ['the board', renderBoard(busyBoard)],
  ['a board of which nothing was read', renderBoard(unreadBoard)],
  ['the page of a run', renderRunPage(wholeRun)],
] as const;

describe.skipIf(!path)('for people without a command line', () => {
  const { complaints, requests, unfold, ...pages } = usePages(path);

  describe.each(PAGES)('%s', (_, markup) => {
    const open = (options?: BrowserContextOptions) => pages.open(markup, options);

    test('asks for nothing and complains of nothing', async () => {
      const page = await open();
      await unfold(page);
      await page.pdf({ format: 'A4' });
      expect(requests).toEqual([page.url()]);
      expect(complaints).toEqual([]);
    });

    test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
      const page = await open({ colorScheme });
      await unfold(page);
      expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
    });

    test.each([320, 390, 1280])('fits a screen of %i', async (width) => {
      const page = await open({ viewport: { width, height: 740 } });
      await unfold(page);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    });

    test.each([390, 800, 1280])('keeps its facts within a screen of %i', async (width) => {
      const page = await open({ viewport: { width, height: 740 } });
      const facts = page.locator('.facts').first();
      const { x = 0, width: wide = 0 } = (await facts.boundingBox()) ?? {};
      for (const one of await facts.locator('dd > *').all()) {
        const box = await one.boundingBox();
        expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(x + wide + 0.5);
      }
    });

    test('is whole on paper, in light colours', async () => {
      const page = await open({ colorScheme: 'dark' });
      await page.emulateMedia({ media: 'print' });
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
      expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
    });
  });

  test('the board is read without JavaScript, by sight and by its structure', async () => {
    const page = await pages.open(renderBoard(busyBoard), { javaScriptEnabled: false });
    expect(await page.getByText('Ends in 3 h 10 min').isVisible()).toBe(true);
    for (const role of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(role).count()).toBe(1);
    expect(await page.getByRole('article').count()).toBe(4);
    for (const name of ['Environments 4', 'Under way 1', 'Last failures', 'Left by teardowns 1'])
      expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1);
  });

  test('a long address of an application is in one line of the page of its run', async () => {
    const url = 'https://eu-west-1.console.aws.amazon.com/s3/buckets/document-intake-pr-123-documents-123456789012';
    const record = { ...wholeRun.record, status: 'LIVE' as const, outputs: { application_url: url } };
    const page = await pages.open(renderRunPage({ ...wholeRun, record }), { viewport: { width: 1280, height: 740 } });
    const address = page.getByRole('link', { name: url.replace('https://', '') });
    const line = await page.getByRole('link', { name: 'Environments' }).boundingBox();
    expect((await address.boundingBox())?.height).toBeLessThan(2 * (line?.height ?? 0));
  });

  test('is loaded again while it is open', async () => {
    const page = await pages.open(renderBoard(busyBoard).replace('content="60"', 'content="1"'));
    await expect.poll(() => requests.length).toBeGreaterThan(1);
    expect(new Set(requests)).toEqual(new Set([page.url()]));
  });
});
