import { defineConfig } from 'vitest/config';

/**
 * `unit` is pure and quick, `infra` synthesizes templates and runs terraform's own tests, `browser` opens reports in a
 * browser, `lab` starts the local AWS.
 * `lifecycle` takes environments through their whole life, minutes at a time, so its files run by themselves.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/support/closing-line.ts'],
    projects: [
      // Pure functions need no process of their own: a quarter of the time.
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], isolate: false } },
      { test: { name: 'infra', include: ['test/infra/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 } },
      {
        test: {
          name: 'lab',
          include: ['test/lab/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real processes with real time limits, on a machine that may be busy with something else. The report says so.
          retry: 1,
        },
      },
      {
        test: {
          name: 'lifecycle',
          include: ['test/lifecycle/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
