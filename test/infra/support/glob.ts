/** In these patterns of ARNs, `*` stands for any text and `?` for one character. */

/**
 * Returns whether some ARN matches both patterns. A wildcard stays within its own part of the first five, as in IAM
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
 */
export function globsMeet(one: string, other: string): boolean {
  const parts = partsOf(one);
  const others = partsOf(other);
  return parts.length === others.length && parts.every((part, at) => meet(part, others[at] ?? ''));
}

/** Splits an ARN into `arn`, partition, service, region, account, and the rest with all of its colons. */
function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}

/**
 * The symbol stands for any text without a slash, such as the name of a bucket. The name of an object begins after the
 * slash.
 */
export const WITHOUT_SLASH = '\0';

/** Returns whether some text matches both patterns. The function tries each step from each pair of positions once. */
function meet(one: string, other: string): boolean {
  const seen = new Set<number>();
  const waiting: [number, number][] = [[0, 0]];
  for (let place = waiting.pop(); place; place = waiting.pop()) {
    const [a, b] = place;
    if (a === one.length && b === other.length) return true;
    const key = a * (other.length + 1) + b;
    if (seen.has(key)) continue;
    seen.add(key);
    const [left, right] = [one[a], other[b]];
    if (isText(left)) waiting.push([a + 1, b]);
    if (isText(right)) waiting.push([a, b + 1]);
    if (left === undefined || right === undefined || !haveOneInCommon(left, right)) continue;
    waiting.push([isText(left) ? a : a + 1, isText(right) ? b : b + 1]);
  }
  return false;
}

const isText = (symbol: string | undefined) => symbol === '*' || symbol === WITHOUT_SLASH;
const isAny = (symbol: string) => symbol === '*' || symbol === '?';

/** Returns whether some character matches both symbols. */
function haveOneInCommon(one: string, other: string): boolean {
  if (isAny(one) || isAny(other) || one === other) return true;
  return (one === WITHOUT_SLASH && other !== '/') || (other === WITHOUT_SLASH && one !== '/');
}
