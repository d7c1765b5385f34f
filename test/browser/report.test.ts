import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { ReportData } from '../../lambdas/report/data.ts';
import { renderReport } from '../../lambdas/report/page.ts';
import { bad } from '../support/reports/bad.ts';
import { good } from '../support/reports/good.ts';
import { findBrowser } from './support/browser.ts';
import { POOR_CONTRAST } from './support/contrast.ts';
import { usePages } from './support/pages.ts';

const path = findBrowser();

test.skipIf(!path && !process.env.CI)('there is a browser', () => {
  expect(path, 'none is on PATH: apt-get install chromium, or set CHROME_PATH').toBeDefined();
});

describe.skipIf(!path)('a report, opened from disk', () => {
  const { complaints, requests, unfold, ...pages } = usePages(path);
  const open = (data: ReportData, options?: BrowserContextOptions) => pages.open(renderReport(data), options);

  test.each([
    ['good', good],
    ['bad', bad],
  ])('asks for nothing and complains of nothing (%s)', async (_, data) => {
    const page = await open(data);
    await unfold(page);
    await page.pdf({ format: 'A4' });
    expect(requests).toEqual([page.url()]);
    expect(complaints).toEqual([]);
  });

  test('runs nothing that somebody wrote into an observation', async () => {
    const attack = `"'><img src=x onerror="alert(1)"><svg onload="alert(2)"></svg><script>alert(3)</script>`;
    const checks = bad.checks.map((one) => ({
      ...one,
      observed: attack,
      evidence: { group: attack, quoted: [attack] },
    }));
    const page = await open({ ...bad, environment: attack, checks });
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(attack);
    expect(await page.locator('script, img, [onload], [onerror]').count()).toBe(0);
    expect([complaints, requests]).toEqual([[], [page.url()]]);
  });

  test('shows failures at once and the rest on demand, without JavaScript', async () => {
    const page = await open(bad, { javaScriptEnabled: false });
    const failed = page.locator('#check-e2e-order');
    const passed = page.locator('#check-alb-health');
    expect(await failed.getByText('is FAILED after 3 retries: payment').first().isVisible()).toBe(true);
    expect(await passed.getByText('Load balancer').isVisible()).toBe(false);
    await passed.getByText('ALB health').click();
    expect(await passed.getByText('Load balancer').isVisible()).toBe(true);
  });

  test('tells its structure to who cannot see it', async () => {
    const page = await open(bad);
    for (const role of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(role).count()).toBe(1);
    for (const name of ['Timeline', 'Failed 4', 'Could not be checked 1', 'Passed 2']) {
      expect(await page.getByRole('region', { name, exact: true }).count()).toBe(1);
    }
    expect(await page.getByRole('img', { name: /^Timeline of the run: ECS services failed/ }).count()).toBe(1);
    expect(await page.getByRole('img', { name: /^Journey of Order/ }).count()).toBe(2);
    expect(await page.getByRole('img', { name: /^Depth of the order queue.*: 2, 5, 9/ }).count()).toBe(1);
    expect(await page.getByRole('table', { name: 'Samples of the order queue' }).count()).toBe(1);
  });

  test.each([320, 390])('shows every bar of the timeline, and its time, on a screen of %i', async (width) => {
    const page = await open(bad, { viewport: { width, height: 740 } });
    for (const part of ['.timeline .bar', '.timeline .figure', '.timeline .axis']) {
      for (const one of await page.locator(part).all()) {
        if (!(await one.isVisible())) continue;
        const { x = -1, width: wide = 0 } = (await one.boundingBox()) ?? {};
        expect(x, part).toBeGreaterThanOrEqual(0);
        expect(x + wide, part).toBeLessThanOrEqual(width);
      }
    }
    expect(await page.locator('.timeline .bar').count()).toBe(7);
  });

  test.each([320, 390, 1280])(
    'draws nothing that has to be scrolled, or is written over, on a screen of %i',
    async (width) => {
      const page = await open(bad, { viewport: { width, height: 740 } });
      await unfold(page);
      expect(await page.locator('.scroll svg').count()).toBe(0);
      for (const drawing of await page.locator('.drawing').all()) {
        const boxes = [];
        for (const text of await drawing.locator('text').all()) boxes.push(await text.boundingBox());
        for (const [index, one] of boxes.entries()) {
          if (!one) continue;
          expect(one.x).toBeGreaterThanOrEqual(0);
          expect(one.x + one.width).toBeLessThanOrEqual(width);
          for (const other of boxes.slice(index + 1)) {
            if (!other) continue;
            const apart = one.x + one.width <= other.x || other.x + other.width <= one.x;
            expect(apart || one.y + one.height <= other.y || other.y + other.height <= one.y).toBe(true);
          }
        }
      }
    },
  );

  test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const page = await open(bad, { colorScheme });
    await unfold(page);
    expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
    const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(ground).toBe(colorScheme === 'light' ? 'rgb(247, 246, 243)' : 'rgb(20, 23, 26)');
  });

  test('fits a narrow screen', async () => {
    const page = await open(bad, { viewport: { width: 360, height: 740 } });
    await unfold(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  test('is whole on paper, in light colours, but for the JSON', async () => {
    const page = await open(good, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    for (const { check } of good.checks) {
      const card = page.locator(`#check-${check}`);
      const box = await card.locator('.body').boundingBox();
      expect(box?.height, check).toBeGreaterThan(80);
      expect(await card.locator('.raw').isVisible()).toBe(false);
    }
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
  });
});
