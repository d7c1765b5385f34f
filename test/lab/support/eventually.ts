import { vi } from 'vitest';

/** Waits until the check passes, for as long as a busy machine may need. */
export const eventually = <Result>(check: () => Result): Promise<Awaited<Result>> =>
  vi.waitFor(check as () => Awaited<Result>, { timeout: 30_000, interval: 50 });
