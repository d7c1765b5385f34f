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
