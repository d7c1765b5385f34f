import type { BrowserContextOptions } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { Certificate } from '../../lambdas/contracts/certificate.ts';
import { renderCertificate } from '../../lambdas/report/certificate.ts';
import { cleanCertificate, leftCertificate } from '../support/reports/certificates.ts';
import { findBrowser } from './support/browser.ts';
import { POOR_CONTRAST } from './support/contrast.ts';
import { usePages } from './support/pages.ts';

const path = findBrowser();

describe.skipIf(!path)('a certificate, opened from disk', () => {
  const { complaints, requests, unfold, ...pages } = usePages(path);
  const open = (certificate: Certificate, options?: BrowserContextOptions) =>
    pages.open(renderCertificate(certificate, 's3://control/environments/dev/runs/r/certificate.json'), options);

  test.each([
    ['clean', cleanCertificate],
    ['with leftovers', leftCertificate],
  ])('asks for nothing and complains of nothing (%s)', async (_, certificate) => {
    const page = await open(certificate);
    await unfold(page);
    await page.pdf({ format: 'A4' });
    expect(requests).toEqual([page.url()]);
    expect(complaints).toEqual([]);
  });

  test('shows at once how to remove what is left, without JavaScript', async () => {
    const page = await open(leftCertificate, { javaScriptEnabled: false });
    expect(await page.getByText('aws ec2 delete-nat-gateway').isVisible()).toBe(true);
    expect(await page.getByText('removed with its parent').last().count()).toBe(1);
    expect(await page.getByText('removed with its parent').last().isVisible()).toBe(false);
  });

  test('tells its structure to who cannot see it', async () => {
    const page = await open(leftCertificate);
    for (const role of ['banner', 'main', 'contentinfo'] as const) expect(await page.getByRole(role).count()).toBe(1);
    for (const name of ['Left 4', 'Could not be confirmed 1', 'Kept on purpose 1', 'What existed 10', 'Sweeps 2']) {
      expect(await page.getByRole('region', { name, exact: true }).count(), name).toBe(1);
    }
  });

  test.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const page = await open(leftCertificate, { colorScheme });
    await unfold(page);
    expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
  });

  test('fits a narrow screen', async () => {
    const page = await open(leftCertificate, { viewport: { width: 360, height: 740 } });
    await unfold(page);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
  });

  test('is whole on paper, in light colours', async () => {
    const page = await open(cleanCertificate, { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    expect(await page.getByText('removed with its parent').last().isVisible()).toBe(true);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate(POOR_CONTRAST)).toEqual([]);
  });
});
