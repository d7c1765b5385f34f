import type { Action, Rule, RuleCondition } from '@aws-sdk/client-elastic-load-balancing-v2';

/** A rule reads these members of a request. */
export interface Request {
  method: string;
  host: string;
  /** The path includes the query. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  clientAddress: string;
}

/** Returns the actions of the first rule, by priority, whose conditions all hold. The default rule holds always. */
export function actionsFor(rules: readonly Rule[], request: Request): Action[] {
  const ordered = [...rules].sort((a, b) => priority(a) - priority(b));
  const rule = ordered.find(({ Conditions = [] }) => Conditions.every((condition) => holds(condition, request)));
  return [...(rule?.Actions ?? [])].sort((a, b) => (a.Order ?? 0) - (b.Order ?? 0));
}

const priority = (rule: Rule) => (rule.Priority === 'default' ? Number.POSITIVE_INFINITY : Number(rule.Priority));

function holds(condition: RuleCondition, request: Request): boolean {
  const url = new URL(request.path, 'http://lab.invalid');
  const values = condition.Values ?? [];
  switch (condition.Field) {
    case 'path-pattern':
      return anyMatches(condition.PathPatternConfig?.Values ?? values, url.pathname, false);
    case 'host-header':
      return anyMatches(condition.HostHeaderConfig?.Values ?? values, request.host, true);
    case 'http-header': {
      const value = request.headers[condition.HttpHeaderConfig?.HttpHeaderName?.toLowerCase() ?? ''];
      return [value ?? []].flat().some((one) => anyMatches(condition.HttpHeaderConfig?.Values ?? [], one, true));
    }
    case 'http-request-method':
      return (condition.HttpRequestMethodConfig?.Values ?? []).includes(request.method);
    case 'query-string':
      return (condition.QueryStringConfig?.Values ?? []).some(({ Key, Value = '' }) =>
        [...url.searchParams].some(([key, value]) => (!Key || wild(Key, key, true)) && wild(Value, value, true)),
      );
    case 'source-ip':
      return (condition.SourceIpConfig?.Values ?? []).some((cidr) => inBlock(cidr, request.clientAddress));
    default:
      return false;
  }
}

const anyMatches = (patterns: readonly string[], text: string, ignoreCase: boolean) =>
  patterns.some((pattern) => wild(pattern, text, ignoreCase));

/** `*` is any text, `?` is any one character. */
function wild(pattern: string, text: string, ignoreCase: boolean): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, ignoreCase ? 'i' : '').test(text);
}

function inBlock(cidr: string, address: string): boolean {
  const [base = '', bits = '32'] = cidr.split('/');
  const number = (ip: string) => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(base) / size) === Math.floor(number(address) / size);
}

/** Returns the address to which a redirect action sends a request; its `#{…}` placeholders are filled in. */
export function redirectLocation(action: Action, request: Request & { protocol: string; port: number }): string {
  const url = new URL(request.path, 'http://lab.invalid');
  const fill = (template: string) =>
    template
      .replaceAll('#{protocol}', request.protocol.toLowerCase())
      .replaceAll('#{host}', request.host)
      .replaceAll('#{port}', String(request.port))
      .replaceAll('#{path}', url.pathname.slice(1))
      .replaceAll('#{query}', url.search.slice(1));
  const config = action.RedirectConfig;
  const protocol = fill(config?.Protocol ?? '#{protocol}').toLowerCase();
  const port = fill(config?.Port ?? '#{port}');
  const query = fill(config?.Query ?? '#{query}');
  const authority = `${fill(config?.Host ?? '#{host}')}:${port}`;
  return `${protocol}://${authority}${fill(config?.Path ?? '/#{path}')}${query ? `?${query}` : ''}`;
}

/**
 * Returns the target group that a forward action picks.
 * @param random 0 ≤ random < 1
 */
export function pickTargetGroup(action: Action, random: number): string | undefined {
  const groups = (action.ForwardConfig?.TargetGroups ?? []).filter((group) => (group.Weight ?? 1) > 0);
  if (groups.length === 0) return action.TargetGroupArn;
  let rest = random * groups.reduce((sum, group) => sum + (group.Weight ?? 1), 0);
  for (const group of groups) {
    rest -= group.Weight ?? 1;
    if (rest < 0) return group.TargetGroupArn;
  }
  return groups.at(-1)?.TargetGroupArn;
}
