import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HANDLER_NAMES, type HandlerName } from '../../lambdas/contracts/functions.ts';
import { bundleHandlers } from '../../lib/functions/bundles.ts';
import { PROJECT_ROOT } from './support/runbook.ts';

let folderOf: (handler: HandlerName) => string;
const scratch = mkdtempSync(join(tmpdir(), 'bundles-'));
beforeAll(() => {
  folderOf = bundleHandlers(PROJECT_ROOT, scratch);
});
afterAll(() => rmSync(scratch, { recursive: true }));

const filesOf = (handler: HandlerName) => readdirSync(folderOf(handler)).map((file) => join(folderOf(handler), file));

describe('a bundle', () => {
  test.each(HANDLER_NAMES)('of %s gets its credentials from the environment, and from nowhere else', (handler) => {
    const has = (text: string) => filesOf(handler).some((file) => readFileSync(file, 'utf8').includes(text));
    expect({ environment: has('AWS_ACCESS_KEY_ID'), container: has('169.254.170.2') }).toEqual({
      environment: true,
      container: false,
    });
  });

  test.each([
    ['one client', 'check-ecs-services', 335_000],
    ['two clients, one of which describes five kinds', 'check-alb-health', 390_000],
  ] as const)('of a validator with %s is small: %s', (_, handler, limit) => {
    const bytes = filesOf(handler).reduce((sum, file) => sum + readFileSync(file).length, 0);
    expect(bytes, handler).toBeLessThan(limit);
  });
});
