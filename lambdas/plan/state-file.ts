import * as z from 'zod';
import { DependencyError } from '../runtime/errors.ts';

/** Values of the provider. Their kinds differ between types and between versions of the provider. */
export type Attributes = Readonly<Record<string, unknown>>;

const instance = z.object({
  index_key: z.union([z.string(), z.number()]).optional(),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  /** The member is present in an instance that is replaced and not yet deleted. */
  deposed: z.string().optional(),
  /**
   * The values are addresses without indices, of everything that was created before the instance and is deleted after
   * it.
   */
  dependencies: z.array(z.string()).nullish(),
});

const resource = z.object({
  module: z.string().optional(),
  /** The value is `managed`, or `data` for a data source, which describes a resource of others. */
  mode: z.string(),
  type: z.string(),
  name: z.string(),
  provider: z.string().optional(),
  instances: z.array(instance),
});

const stateFile = z.object({
  version: z.literal(4),
  lineage: z.string(),
  /** The serial increases with every version of the state. */
  serial: z.number().optional(),
  resources: z.array(resource),
});

export type StateInstance = z.output<typeof instance>;
export type StateResource = z.output<typeof resource>;

export interface StateFile {
  lineage: string;
  serial?: number | undefined;
  /** The resources that Terraform itself manages, without data sources. */
  managed: readonly StateResource[];
}

/** @throws {DependencyError} when the text is not a state file of version 4: an unreadable state is not an empty one */
export function parseStateFile(text: string): StateFile {
  const parsed = stateFile.safeParse(parseJson(text));
  if (!parsed.success)
    throw new DependencyError(`Terraform's state is not of version 4: ${z.prettifyError(parsed.error)}`);
  const { lineage, serial, resources } = parsed.data;
  return { lineage, serial, managed: resources.filter(({ mode }) => mode === 'managed') };
}

/** Returns `["key"]`, `[0]`, or nothing for a resource without `for_each` and `count`. */
export function indexOf({ index_key: key }: StateInstance): string {
  return key === undefined ? '' : `[${JSON.stringify(key)}]`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
