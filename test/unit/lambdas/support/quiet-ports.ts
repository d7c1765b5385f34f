import type { ChangedPorts } from '../../../../lambdas/environment/execution-changed.ts';

/** The ports notify nobody of an execution's end. They are for tests that check the record alone. */
export const QUIET = {
  product: 'order-platform',
  readEvidence: async () => ({}),
  linkTo: async () => undefined,
  publish: async () => {},
  keepMessage: async () => {},
  writeBoard: async () => {},
  warn: () => {},
  emit: () => {},
} satisfies Partial<ChangedPorts>;
