import type { TerraformRoot } from '../../cli/init/terraform-root.ts';
import { RESOURCE, RESOURCES } from './times.ts';

export interface Chain {
  seconds: number;
  /** These are addresses. The resource that is created or destroyed first comes first. */
  resources: string[];
}

/**
 * Finds the longest chain of resources that wait for one another, by the times of their types. This is the time of an
 * apply with enough parallelism. The resources are those of the root's own files; references through locals and data
 * sources count.
 * @param only a type, if nothing else of the root is created
 */
export function longestChain(root: TerraformRoot, does: 'create' | 'destroy', only?: string): Chain {
  const resources = root.blocks.filter(({ kind, type }) => kind === 'resource' && (!only || type === only));
  const known = new Map(root.blocks.map(({ kind, type, name, body }) => [address(kind, type, name), body]));
  const needs = new Map(
    resources.map(({ type, name, body }) => [
      `${type}.${name}`,
      [...referencesOf(body, root.locals, known, new Set())].filter((one) => one !== `${type}.${name}`),
    ]),
  );
  const names = new Set(needs.keys());
  // A required resource is created first, and destroyed last.
  const after = new Map<string, string[]>([...names].map((name) => [name, []]));
  for (const [name, all] of needs) {
    for (const other of all.filter((one) => names.has(one))) {
      if (does === 'create') after.get(name)?.push(other);
      else after.get(other)?.push(name);
    }
  }
  const found = new Map<string, Chain>();
  const chainTo = (name: string): Chain => {
    const before = found.get(name);
    if (before) return before;
    const longest = longestOf((after.get(name) ?? []).map(chainTo));
    const { seconds } = (RESOURCES[name.split('.')[0] ?? ''] ?? RESOURCE)[does];
    const chain = { seconds: longest.seconds + seconds, resources: [...longest.resources, name] };
    found.set(name, chain);
    return chain;
  };
  return longestOf([...names].map(chainTo));
}

function longestOf(chains: readonly Chain[]): Chain {
  return chains.reduce((one, other) => (other.seconds > one.seconds ? other : one), { seconds: 0, resources: [] });
}

const address = (kind: 'resource' | 'data', type: string, name: string) =>
  kind === 'data' ? `data.${type}.${name}` : `${type}.${name}`;

/** Returns the addresses of resources that an expression refers to, also through locals and data sources. */
function referencesOf(
  value: unknown,
  locals: TerraformRoot['locals'],
  known: ReadonlyMap<string, unknown>,
  seen: Set<string>,
): Set<string> {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
  const found = new Set<string>();
  const follow = (key: string, next: unknown) => {
    if (seen.has(key)) return;
    seen.add(key);
    for (const one of referencesOf(next, locals, known, seen)) found.add(one);
  };
  for (const [, name = ''] of text.matchAll(/\blocal\.([a-z_]\w*)/g)) follow(`local.${name}`, locals[name]);
  for (const [, data, name = ''] of text.matchAll(/\b(data\.)?(aws_\w+\.[a-z_]\w*)/g)) {
    if (data) follow(`data.${name}`, known.get(`data.${name}`));
    else if (known.has(name)) found.add(name);
  }
  return found;
}
