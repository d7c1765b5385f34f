import type { RootBlock, Scope, TerraformRoot } from './terraform-root.ts';

/**
 * This module determines how a root names and tags its resources, as far as the configuration shows it without a run.
 */

/** Teams use these names for the variable with the name of an environment. */
const ENVIRONMENT = ['environment', 'env', 'environment_name', 'env_name', 'stage'];
/** These attributes are the name of a resource in AWS. */
const NAMES = ['name', 'bucket', 'identifier', 'cluster_identifier', 'function_name', 'family', 'domain_name'];

/** The variable that has the name of an environment; undefined where none is called so. */
export function environmentVariable({ variables }: Pick<TerraformRoot, 'variables'>): string | undefined {
  const names = variables.map(({ name }) => name);
  return (
    ENVIRONMENT.find((name) => names.includes(name)) ?? names.find((name) => ENVIRONMENT.includes(name.toLowerCase()))
  );
}

/**
 * Returns the text of an expression, with `{prefix}`, `{project}` and `{environment}` in place of the runbook's values,
 * and the defaults of other variables. The function returns undefined when the configuration alone does not show the
 * text.
 */
export function textOf(root: Scope, expression: unknown, depth = 0): string | undefined {
  if (typeof expression === 'number' || typeof expression === 'boolean') return String(expression);
  if (typeof expression !== 'string' || depth > 8) return undefined;
  let known = true;
  const text = expression.replaceAll(/\$\{([^{}]*)\}/g, (_, inner: string) => {
    const value = resolveReference(root, inner.trim(), depth);
    if (value === undefined) known = false;
    return value ?? '';
  });
  return known && !text.includes('${') ? text : undefined;
}

function resolveReference(root: Scope, reference: string, depth: number): string | undefined {
  const [, kind, name = '', rest = ''] = /^(var|local)\.([\w-]+)((?:\.[\w-]+)*)$/.exec(reference) ?? [];
  if (kind === 'var') {
    if (rest) return undefined;
    // A module has what its caller gives it.
    if (!root.called && (name === 'prefix' || name === 'project')) return `{${name}}`;
    if (!root.called && name === environmentVariable(root)) return '{environment}';
    return textOf(root, root.variables.find((variable) => variable.name === name)?.default, depth + 1);
  }
  if (kind !== 'local') return undefined;
  const found = rest
    .split('.')
    .filter(Boolean)
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root.locals[name]);
  return textOf(root, found, depth + 1);
}

/** Returns the names of resources that the configuration shows, each with its address. */
export function namesOf(root: TerraformRoot): { address: string; name: string }[] {
  return [...root.blocks, ...root.moduleBlocks].flatMap((block) => {
    if (block.kind !== 'resource') return [];
    const attribute = NAMES.find((name) => name in block.body);
    const name = attribute && textOf(block.scope ?? root, block.body[attribute]);
    return name ? [{ address: addressOf(block), name }] : [];
  });
}

export function addressOf({ kind, type, name, module = '' }: Omit<RootBlock, 'body'>): string {
  return `${module}${kind === 'data' ? 'data.' : ''}${type}.${name}`;
}

/**
 * Returns the pattern of the names, from their beginning to `{environment}` and a suffix that every name has:
 * `shop-{environment}-v3`, or `{project}-{environment}`. The function returns undefined when no name shows a pattern. A root that puts `var.prefix`
 * before its names accepts any pattern.
 */
export function patternOf(
  root: TerraformRoot,
): { pattern: string; fits: number; others: string[] } | 'any' | undefined {
  const names = namesOf(root);
  if (names.some(({ name }) => name.startsWith('{prefix}')) || prefixVariable(root)) return 'any';
  const heads = new Map<string, string[]>();
  for (const { name } of names) {
    const [, head] =
      /^(?:alias\/|\/(?:[a-z0-9._-]+\/)*)?((?:\{project\}|[a-z])[a-z0-9-]*\{environment\}(?:-v\d+)?)(?:[-_./]|$)/.exec(
        name,
      ) ?? [];
    if (head) heads.set(head, [...(heads.get(head) ?? []), name]);
  }
  const [most] = [...heads].sort(([, one], [, other]) => other.length - one.length);
  if (!most) return root.variables.some(({ name }) => name === 'prefix') && names.length === 0 ? 'any' : undefined;
  const [pattern, fitting] = most;
  const others = names.filter(({ name }) => !fitting.includes(name)).map(({ address, name }) => `${address} (${name})`);
  return { pattern, fits: fitting.length, others };
}

/**
 * The variable that the root puts before its names where it has no `prefix`: that of the environment's name, which then has to be given the prefix.
 */
export function prefixVariable(root: TerraformRoot): string | undefined {
  const variable = environmentVariable(root);
  if (!variable || root.variables.some(({ name }) => name === 'prefix')) return undefined;
  const names = namesOf(root);
  const begin = names.filter(({ name }) => name.startsWith('{environment}'));
  return begin.length > names.length / 2 ? variable : undefined;
}

/** Value of a default tag; `null` without it, undefined where the configuration alone does not say it. */
export function defaultTag(root: TerraformRoot, key: string): string | null | undefined {
  const tags = mapOf(root, root.defaultTags);
  if (tags === undefined) return root.defaultTags === undefined ? null : undefined;
  return key in tags ? textOf(root, tags[key]) : null;
}

/** Keys of the default tags, as far as the configuration shows them. */
export function defaultKeys(root: TerraformRoot): string[] {
  return Object.keys(mapOf(root, root.defaultTags) ?? {});
}

function mapOf(root: TerraformRoot, value: unknown): Record<string, unknown> | undefined {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  const [, name] = /^\$\{local\.([\w-]+)\}$/.exec(String(value)) ?? [];
  return name === undefined ? undefined : mapOf({ ...root, locals: {} }, root.locals[name]);
}
