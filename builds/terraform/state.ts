import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';

/** The file reads a Terraform state, as `terraform state pull` prints it and as a plan keeps it. */
const state = z.object({
  serial: z.number().int().nonnegative().default(0),
  lineage: z.string().default(''),
  resources: z
    .array(z.object({ mode: z.string().optional(), instances: z.array(z.unknown()).default([]) }))
    .default([]),
});
export interface State {
  serial: number;
  /** The lineage is empty for a state that was never written. */
  lineage: string;
  /** The value is the number of instances of managed resources. */
  resources: number;
  content: unknown;
}

/**
 * @param text of the state. For a state that was never written, Terraform prints nothing, or a state without a lineage
 * @throws when it is not a state
 */
export function parseState(text: string): State {
  const content: unknown = text.trim() ? JSON.parse(text) : {};
  const { serial, lineage, resources } = state.parse(content);
  const managed = resources.filter(({ mode }) => mode === 'managed');
  return { serial, lineage, resources: managed.reduce((sum, { instances }) => sum + instances.length, 0), content };
}

export type PushDecision = { push: true } | { push: false; why: string };

/** Decides whether a state that a build could not write follows the one that is there, or is the same. */
export function mayPush(errored: State, present: State): PushDecision {
  if (!present.lineage) return { push: true };
  const differ = (what: 'lineage' | 'serial') =>
    ({
      push: false,
      why: `has ${what} ${errored[what]}, the present state ${present[what]}: it is not pushed`,
    }) as const;
  if (errored.lineage !== present.lineage) return differ('lineage');
  if (errored.serial > present.serial || isDeepStrictEqual(errored.content, present.content)) return { push: true };
  return differ('serial');
}
