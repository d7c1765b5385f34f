import type { ChangedPorts } from '../../../../lambdas/environment/execution-changed.ts';

/** The ports that inform people of an execution's end have no effect. They are for tests of the record alone. */
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
