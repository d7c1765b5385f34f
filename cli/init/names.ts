import type { RootBlock, TerraformRoot } from './terraform-root.ts';

/**
 * This module determines how a root names and tags its resources, as far as the configuration shows it without a run.
 */

/** Teams use these names for the variable with the name of an environment. */
const ENVIRONMENT = ['environment', 'env', 'environment_name', 'env_name', 'stage'];
/** These attributes are the name of a resource in AWS. */
const NAMES = ['name', 'bucket', 'identifier', 'cluster_identifier', 'function_name', 'family', 'domain_name'];

/** Returns the variable with the name of an environment, or undefined when there is none of these names. */
export function environmentVariable({ variables }: TerraformRoot): string | undefined {
  return ENVIRONMENT.find((name) => variables.some((variable) => variable.name === name));
}

/**
 * Returns the text of an expression, with `{prefix}`, `{project}` and `{environment}` in place of the runbook's values,
 * and the defaults of other variables. The function returns undefined when the configuration alone does not show the
 * text.
 */
export function textOf(root: TerraformRoot, expression: unknown, depth = 0): string | undefined {
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

function resolveReference(root: TerraformRoot, reference: string, depth: number): string | undefined {
  const [, kind, name = '', rest = ''] = /^(var|local)\.([\w-]+)((?:\.[\w-]+)*)$/.exec(reference) ?? [];
  if (kind === 'var') {
    if (rest) return undefined;
    if (name === 'prefix' || name === 'project') return `{${name}}`;
    if (name === environmentVariable(root)) return '{environment}';
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
  return root.blocks.flatMap((block) => {
    if (block.kind !== 'resource') return [];
    const attribute = NAMES.find((name) => name in block.body);
    const name = attribute && textOf(root, block.body[attribute]);
    return name ? [{ address: addressOf(block), name }] : [];
  });
}

export function addressOf({ kind, type, name }: Pick<RootBlock, 'kind' | 'type' | 'name'>): string {
  return `${kind === 'data' ? 'data.' : ''}${type}.${name}`;
}

/**
 * Returns the pattern of the names, from their beginning to `{environment}` and a suffix that every name has:
 * `shop-{environment}-v3`. The function returns undefined when no name shows a pattern. A root that puts `var.prefix`
 * before its names accepts any pattern.
 */
export function patternOf(
  root: TerraformRoot,
): { pattern: string; fits: number; others: string[] } | 'any' | undefined {
  const names = namesOf(root);
  if (names.some(({ name }) => name.startsWith('{prefix}'))) return 'any';
  const heads = new Map<string, string[]>();
  for (const { name } of names) {
    const [, head] = /^([a-z][a-z0-9-]*\{environment\}(?:-v\d+)?)(?:[-_./]|$)/.exec(name) ?? [];
    if (head) heads.set(head, [...(heads.get(head) ?? []), name]);
  }
  const [most] = [...heads].sort(([, one], [, other]) => other.length - one.length);
  if (!most) return root.variables.some(({ name }) => name === 'prefix') && names.length === 0 ? 'any' : undefined;
  const [pattern, fitting] = most;
  const others = names.filter(({ name }) => !fitting.includes(name)).map(({ address, name }) => `${address} (${name})`);
  return { pattern, fits: fitting.length, others };
}

/**
 * Returns the value of a default tag. It is `null` without the tag, and undefined when the configuration alone does not
 * show it.
 */
export function defaultTag(root: TerraformRoot, key: string): string | null | undefined {
  const tags = mapOf(root, root.defaultTags);
  if (tags === undefined) return root.defaultTags === undefined ? null : undefined;
  return key in tags ? textOf(root, tags[key]) : null;
}

function mapOf(root: TerraformRoot, value: unknown): Record<string, unknown> | undefined {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  const [, name] = /^\$\{local\.([\w-]+)\}$/.exec(String(value)) ?? [];
  return name === undefined ? undefined : mapOf({ ...root, locals: {} }, root.locals[name]);
}
