import { vi } from 'vitest';
import { PATIENCE_MS } from './patience.ts';

/** Waits until the check passes, for as long as a busy machine may need. */
export const eventually = <Result>(check: () => Result): Promise<Awaited<Result>> =>
  vi.waitFor(check as () => Awaited<Result>, { timeout: PATIENCE_MS, interval: 50 });
