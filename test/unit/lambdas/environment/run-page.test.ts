import { expect, test } from 'vitest';
import { messageKey, runPageKey } from '../../../../lambdas/contracts/board.ts';
import { type RunPagePorts, runPage } from '../../../../lambdas/environment/run-page.ts';
import { AT, failed } from '../../../support/reports/boards.ts';
import { cleanCertificate } from '../../../support/reports/certificates.ts';

const folder = runPageKey('load', failed.run).replace('index.html', '');
const change = (address: string, ...actions: string[]) => ({ address, type: 'x', change: { actions } });
const said = { at: '2026-01-31T12:48:00Z', subject: 'provision of load failed', text: 'why', execution: 'arn:x:p' };
const report = (at: string) => ({ verdict: 'FAILED', at, summary: `looked at ${at}`, checks: [] });

const OBJECTS: Record<string, unknown> = {
  [`${folder}2/stack.tfplan.json`]: { resource_changes: [change('older', 'create')] },
  [`${folder}10/stack.tfplan.json`]: {
    resource_changes: [
      change('made', 'create'),
      change('changed', 'update'),
      change('replaced', 'delete', 'create'),
      change('destroyed', 'delete'),
      change('same', 'no-op'),
    ],
  },
  [`${folder}validations/b/report.json`]: report('2026-01-31T12:10:00Z'),
  [`${folder}validations/a/report.json`]: report('2026-01-31T12:40:00Z'),
  [`${folder}certificate.json`]: cleanCertificate,
  [messageKey('load', failed.run, said)]: said,
};

function page(objects: Record<string, unknown>, changes: Partial<RunPagePorts> = {}) {
  return runPage('load', failed.run, {
    loadRecord: async () => failed,
    readText: async (key) =>
      key in objects ? { kind: 'found', text: JSON.stringify(objects[key]) } : { kind: 'no-object' },
    listKeys: async () => Object.keys(objects),
    buildsOf: async () => [],
    now: () => AT,
    ...changes,
  });
}

test('the page has the plan of the last claim, the newest validation first, certificate and messages', async () => {
  const text = (await page(OBJECTS)) ?? '';
  for (const part of ['Add 1', 'Change 1', 'Replace 1', 'Destroy 1', 'provision of load failed', 'CLEAN'])
    expect(text).toContain(part);
  expect(text).not.toContain('older');
  expect(text.indexOf('looked at 2026-01-31T12:40')).toBeLessThan(text.indexOf('looked at 2026-01-31T12:10'));
});

test.each(Object.keys(OBJECTS).filter((key) => !key.includes('/2/')))(
  '%s is unknown when it cannot be read',
  async (key) => {
    const malformed = await page({ ...OBJECTS, [key]: { nothing: 'known' } });
    expect(malformed).toContain('is malformed');
    const denied = await page(OBJECTS, {
      readText: async (asked) => {
        if (asked === key) throw new Error('AccessDenied');
        return { kind: 'found', text: JSON.stringify(OBJECTS[asked]) };
      },
    });
    expect(denied).toContain('AccessDenied');
  },
);

test('a run that is not the environment’s any more keeps its last page', async () => {
  expect(await page(OBJECTS, { loadRecord: async () => ({ ...failed, run: 'another' }) })).toBeUndefined();
  expect(await page(OBJECTS, { loadRecord: async () => null })).toBeUndefined();
});
