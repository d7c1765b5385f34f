import { spawnSync } from 'node:child_process';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Returns a note where OpenTofu is not on this machine: nothing has run it, and its arguments and outputs are tested
 * with a stand-in.
 */
function missing(): string {
  const { error } = spawnSync('tofu', ['version'], { stdio: 'ignore' });
  return error ? ', without OpenTofu: by contract only' : '';
}

/** Ends a run with one plain line that a script can read: `12 passed, 0 failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const counts = { passed: 0, failed: errors.length, skipped: 0, flaky: 0 };
    for (const module of modules) {
      // A file that could not be loaded has no tests; the run must not appear to be without failures.
      if (module.errors().length > 0) counts.failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state === 'pending' ? 'skipped' : state] += 1;
        if (test.diagnostic()?.flaky) counts.flaky += 1;
      }
    }
    const { passed, failed, skipped, flaky } = counts;
    const rest = Object.entries({ skipped, flaky }).flatMap(([what, count]) => (count ? [`, ${count} ${what}`] : []));
    console.log(`${passed} passed, ${failed} failed${rest.join('')}${missing()}`);
  }
}
