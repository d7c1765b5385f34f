/** What is waited for may come late on a busy machine. A test that waits longer than this has failed. */
export const PATIENCE_MS = 120_000;
