import type { Grant } from './role.ts';

/**
 * The actions whose access level in the Service Authorization Reference is Read or List have these verbs. API
 * Gateway names its actions by the methods of HTTP. A test holds every action of the role against the reference.
 */
const READING = /^([a-z0-9-]+:(BatchGet|Describe|Get|List)[A-Z]|apigateway:GET$)/;

/**
 * Returns the part of some permissions that only reads. A denial is left out: what it denies and what reads have no
 * action in common.
 * @throws {Error} for a denial of an action that reads, which must not be lost
 */
export function readingGrants(grants: readonly Grant[]): Grant[] {
  return grants.flatMap((grant) => {
    const actions = grant.actions.filter((action) => READING.test(action));
    if (actions.length === 0) return [];
    if (grant.effect === 'Deny') throw new Error(`a preview would be permitted ${actions.join(', ')}, which is denied`);
    return [{ ...grant, actions }];
  });
}
