import { createHash } from 'node:crypto';

/**
 * One of these, or nothing, may follow a prefix in a name that is built from it. Nothing, or a "/", is before the
 * prefix.
 */
const AFTER = new Set(['', '/', '-', '_', '.']);

/**
 * Returns whether a name is built from an environment's prefix: `/ecs/order-platform-dev-v3/api` is,
 * `order-platform-dev-v31` and `my-order-platform-dev-v3` are not.
 */
export function isOwnedName(prefix: string, name: string): boolean {
  for (let at = name.indexOf(prefix); at !== -1; at = name.indexOf(prefix, at + 1)) {
    const before = at === 0 || name[at - 1] === '/';
    if (before && AFTER.has(name[at + prefix.length] ?? '')) return true;
  }
  return isShortened(prefix, name);
}

/**
 * Names of load balancers and target groups have at most 32 characters. Terraform keeps the head of a prefix that is
 * too long, and appends a hash of the whole prefix: `order-platform-demon-1f2e3d-alb`.
 */
function isShortened(prefix: string, name: string): boolean {
  const hash = `-${createHash('sha256').update(prefix).digest('hex').slice(0, 6)}-`;
  const at = name.indexOf(hash);
  return at > 0 && name.length <= 32 && prefix.startsWith(name.slice(0, at));
}
