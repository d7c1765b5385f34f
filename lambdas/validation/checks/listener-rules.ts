/** One rule of a listener. https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html */
export interface ListenerRule {
  /** The lowest is evaluated first. The default rule has infinity. */
  priority: number;
  /** All have to hold. `patterns` is absent where the check cannot evaluate the condition. */
  conditions: readonly { field: string; patterns?: readonly string[] }[];
  /** `forward`, `redirect`, `fixed-response`, or what precedes them. */
  actions: readonly string[];
  /** Target groups that get a part of the requests. */
  groups: readonly string[];
}

/** What may answer a request: target groups alone, or the load balancer itself. */
export interface Route {
  /** Each is the ARN of a target group, or the action by which the load balancer answers itself. */
  answers: readonly string[];
  /** False where a condition decides that the check cannot evaluate. */
  certain: boolean;
}

/**
 * Returns what answers a GET request. A rule with a condition that cannot be evaluated may decide, and so may each rule
 * after it, up to the first that certainly does.
 */
export function routeOf(rules: readonly ListenerRule[], host: string, path: string): Route {
  const answers = new Set<string>();
  let certain = true;
  for (const rule of [...rules].sort((a, b) => a.priority - b.priority)) {
    const held = rule.conditions.map((condition) => holds(condition, host, path.split('?')[0] ?? path));
    if (held.includes(false)) continue;
    const isForward = rule.actions.every((action) => action === 'forward') && rule.groups.length > 0;
    for (const one of isForward ? rule.groups : rule.actions) answers.add(one);
    if (!held.includes(undefined)) return { answers: [...answers], certain };
    certain = false;
  }
  return { answers: [...answers], certain };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html */
function holds(
  { field, patterns }: ListenerRule['conditions'][number],
  host: string,
  path: string,
): boolean | undefined {
  if (!patterns) return undefined;
  if (field === 'path-pattern') return patterns.some((pattern) => matches(pattern, path));
  if (field === 'host-header') return patterns.some((pattern) => matches(pattern.toLowerCase(), host.toLowerCase()));
  if (field === 'http-request-method') return patterns.includes('GET');
  return undefined;
}

/** `*` is any text, `?` is any one character. */
function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
