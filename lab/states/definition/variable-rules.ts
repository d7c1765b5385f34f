import { isObject, type JsonObject } from '../json.ts';
import type { Findings } from './diagnostics.ts';

/** A variable is a Unicode identifier of at most 80 characters. */
const VARIABLE = /^[\p{ID_Start}_][\p{ID_Continue}]{0,79}$/u;

/** Names of variables are identifiers; `states` is reserved, and so is every name that an outer list of states uses. */
export function checkAssign(state: JsonObject, at: string, outer: ReadonlySet<string>, findings: Findings): void {
  check(state, at);
  for (const list of ['Choices', 'Catch']) {
    for (const [index, item] of (Array.isArray(state[list]) ? state[list] : []).entries()) {
      if (isObject(item)) check(item, `${at}/${list}[${index}]`);
    }
  }

  function check(place: JsonObject, where: string): void {
    if (place.Assign === undefined) return;
    if (!isObject(place.Assign)) {
      findings.error(`${where}/Assign`, 'Assign must be an object');
      return;
    }
    for (const name of Object.keys(place.Assign)) {
      const location = `${where}/Assign/${name}`;
      if (!VARIABLE.test(name)) {
        const message = `Invalid variable name '${name}': the variable name contains invalid characters.`;
        findings.error(location, message, 'INVALID_VARIABLE_NAME');
      }
      if (name === 'states') {
        findings.error(location, "Cannot assign to reserved variable '$states'.", 'RESERVED_VARIABLE_NAME');
      }
      if (outer.has(name)) {
        findings.error(location, `The variable '${name}' is assigned in an outer scope and can only be read here`);
      }
    }
  }
}
