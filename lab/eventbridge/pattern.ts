import { BlockList, isIPv6 } from 'node:net';
import { InvalidEventPattern, requirePattern } from './pattern-rules.ts';

type Json = unknown;
type JsonObject = Record<string, Json>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Returns whether an event matches an event pattern: every field of the pattern must match, by one of its alternatives.
 * @throws InvalidEventPattern
 */
export function matches(pattern: JsonObject, event: JsonObject): boolean {
  requirePattern(pattern);
  return fits(pattern, event);
}

function fits(pattern: JsonObject, event: JsonObject): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or' && Array.isArray(rule)) return rule.some((alternative) => fits(alternative, event));
    const value = at(event, key);
    if (Array.isArray(rule)) return rule.some((one) => matchesLeaf(one, value));
    if (!isObject(rule)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    if (Array.isArray(value)) return value.some((item) => isObject(item) && fits(rule, item));
    return fits(rule, isObject(value) ? value : {});
  });
}

/** A name with dots is a path, in the pattern as in the event: `{"a.b": …}` is `{"a": {"b": …}}`. */
function at(event: JsonObject, key: string): Json {
  if (key in event) return event[key];
  const [first, ...rest] = key.split('.');
  const inner = first === undefined || rest.length === 0 ? undefined : event[first];
  if (isObject(inner)) return at(inner, rest.join('.'));
  const below = Object.entries(event).filter(([name]) => name.startsWith(`${key}.`));
  if (below.length === 0) return undefined;
  return Object.fromEntries(below.map(([name, value]) => [name.slice(key.length + 1), value]));
}

function matchesLeaf(rule: Json, value: Json): boolean {
  if (isObject(rule) && 'exists' in rule) {
    const empty = Array.isArray(value) && value.length === 0;
    return (value !== undefined && !isObject(value) && !empty) === rule.exists;
  }
  if (value === undefined) return false;
  const values = Array.isArray(value) ? value.flat(Number.POSITIVE_INFINITY) : [value];
  return values.some((one) => (isObject(rule) ? matchesOperator(rule, one) : one === rule));
}

function matchesOperator(rule: JsonObject, value: Json): boolean {
  const [[operator, operand] = ['', undefined], ...more] = Object.entries(rule);
  if (more.length > 0) throw new InvalidEventPattern(`only one operator at a time: ${Object.keys(rule).join(', ')}`);
  switch (operator) {
    case 'prefix':
      return text(value, operand, (one, other) => one.startsWith(other));
    case 'suffix':
      return text(value, operand, (one, other) => one.endsWith(other));
    case 'equals-ignore-case':
      return typeof value === 'string' && value.toLowerCase() === String(operand).toLowerCase();
    case 'wildcard':
      return typeof value === 'string' && wildcard(String(operand)).test(value);
    case 'anything-but':
      return anythingBut(operand, value);
    case 'numeric':
      return numeric(operand, value);
    case 'cidr':
      return typeof value === 'string' && inRange(String(operand), value);
    default:
      throw new InvalidEventPattern(`unrecognized match type ${operator}`);
  }
}

/** The operand of prefix and suffix may itself be `{"equals-ignore-case": …}`. */
function text(value: Json, operand: Json, test: (value: string, operand: string) => boolean): boolean {
  if (typeof value !== 'string') return false;
  if (!isObject(operand)) return test(value, String(operand));
  return test(value.toLowerCase(), String(operand['equals-ignore-case']).toLowerCase());
}

function anythingBut(operand: Json, value: Json): boolean {
  if (Array.isArray(operand)) return !operand.includes(value);
  if (!isObject(operand)) return operand !== value;
  const [[operator, alternatives] = ['', undefined]] = Object.entries(operand);
  const list = Array.isArray(alternatives) ? alternatives : [alternatives];
  return !list.some((alternative) => matchesOperator({ [operator]: alternative }, value));
}

function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([*\\])|[.*+?^${}()|[\]\\]/g, (match, escaped) => {
    if (escaped) return `\\${escaped}`;
    return match === '*' ? '.*' : `\\${match}`;
  });
  return new RegExp(`^${source}$`, 's');
}

function numeric(operand: Json, value: Json): boolean {
  if (!Array.isArray(operand) || operand.length % 2 !== 0) throw new InvalidEventPattern('"numeric" takes pairs');
  if (typeof value !== 'number') return false;
  for (let i = 0; i < operand.length; i += 2) {
    const bound = Number(operand[i + 1]);
    const comparisons: Record<string, boolean> = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    const result = comparisons[String(operand[i])];
    if (result === undefined) throw new InvalidEventPattern(`unrecognized numeric operator ${operand[i]}`);
    if (!result) return false;
  }
  return true;
}

function inRange(cidr: string, address: string): boolean {
  const [network = '', bits = ''] = cidr.split('/');
  const list = new BlockList();
  list.addSubnet(network, Number(bits), isIPv6(network) ? 'ipv6' : 'ipv4');
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
