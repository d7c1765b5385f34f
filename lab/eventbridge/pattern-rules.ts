import { isIP } from 'node:net';

/** The error is about an event pattern that EventBridge refuses. `message` is the reason in its words. */
export class InvalidEventPattern extends Error {
  override readonly name = 'InvalidEventPatternException';
}

type JsonObject = Record<string, unknown>;

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';

/** @throws InvalidEventPattern with PutRule's answer, whatever the pattern is then compared with */
export function requirePattern(pattern: unknown): asserts pattern is JsonObject {
  if (!isObject(pattern)) throw new InvalidEventPattern('Filter is not an object');
  for (const [key, rule] of Object.entries(pattern)) {
    if (key === '$or' && Array.isArray(rule)) for (const alternative of rule) requirePattern(alternative);
    else if (isObject(rule)) requirePattern(rule);
    else if (!Array.isArray(rule)) throw new InvalidEventPattern(`"${key}" must be an object or an array`);
    else if (rule.length === 0) throw new InvalidEventPattern('Empty arrays are not allowed');
    else for (const one of rule) if (isObject(one)) requireOperator(one);
  }
}

function requireOperator(rule: JsonObject): void {
  const [[operator = '', operand] = [], ...more] = Object.entries(rule);
  if (more.length > 0) throw new InvalidEventPattern('Only one key allowed in match expression');
  const check = OPERATORS[operator];
  if (!check) throw new InvalidEventPattern(`Unrecognized match type ${operator}`);
  check(operand);
}

const OPERATORS: Record<string, (operand: unknown) => void> = {
  prefix: (operand) => requireAffix('prefix', operand),
  suffix: (operand) => requireAffix('suffix', operand),
  'equals-ignore-case': (operand) => requireText('equals-ignore-case', operand),
  wildcard: requireWildcard,
  'anything-but': requireAnythingBut,
  numeric: requireNumeric,
  cidr: requireCidr,
  exists: (operand) => {
    if (typeof operand !== 'boolean')
      throw new InvalidEventPattern('exists match pattern must be either true or false.');
  },
};

function requireText(operator: string, operand: unknown): asserts operand is string {
  if (!isText(operand)) throw new InvalidEventPattern(`${operator} match pattern must be a string`);
}

function requireAffix(operator: string, operand: unknown): void {
  if (isObject(operand)) requireText('equals-ignore-case', operand['equals-ignore-case']);
  else requireText(operator, operand);
}

/** EventBridge bounds the work that a pattern can cause; this number of stars is within what it was seen to take. */
const MOST_WILDCARDS = 5;

function requireWildcard(operand: unknown): void {
  requireText('wildcard', operand);
  const bare = operand.replaceAll(/\\[*\\]/g, '__');
  const twice = bare.indexOf('**');
  if (twice >= 0) throw new InvalidEventPattern(`Consecutive wildcard characters at pos ${twice + 1}`);
  if (bare.split('*').length - 1 <= MOST_WILDCARDS) return;
  throw new InvalidEventPattern(
    'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
  );
}

function requireAnythingBut(operand: unknown): void {
  if (isText(operand) || typeof operand === 'number') return;
  if (Array.isArray(operand)) {
    if (operand.every((one) => isText(one) || typeof one === 'number')) return;
    throw new InvalidEventPattern('Inside anything but list, start|null|boolean is not supported.');
  }
  const value = 'Value of anything-but must be an array or single string/number value.';
  if (!isObject(operand)) throw new InvalidEventPattern(value);
  const [[operator = '', alternatives] = []] = Object.entries(operand);
  for (const one of Array.isArray(alternatives) ? alternatives : [alternatives]) {
    if (isObject(one)) throw new InvalidEventPattern(value);
    if (operator === 'wildcard') requireWildcard(one);
    else if (operator === 'equals-ignore-case' && !isText(one)) {
      const list = 'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.';
      throw new InvalidEventPattern(list);
    } else if (!isText(one)) throw new InvalidEventPattern('prefix/suffix match pattern must be a string');
    else if (one === '' && operator !== 'equals-ignore-case') {
      throw new InvalidEventPattern('Null prefix/suffix not allowed');
    }
  }
}

function requireNumeric(operand: unknown): void {
  if (!Array.isArray(operand)) throw new InvalidEventPattern('Value of numeric must be an array.');
  const [first, bound, second, other, ...more] = operand;
  const bad = (operator: unknown) => new InvalidEventPattern(`Bad numeric range operator: ${String(operator)}`);
  if (!['=', '<', '<=', '>', '>='].includes(first))
    throw new InvalidEventPattern(`Unrecognized numeric range operator: ${first}`);
  if (typeof bound !== 'number') throw new InvalidEventPattern(`Value of ${first} must be numeric`);
  if (second === undefined) return;
  // The second bound closes a range that the first one opens.
  if (!String(first).startsWith('>') || !['<', '<='].includes(second)) throw bad(second);
  if (typeof other !== 'number') throw new InvalidEventPattern(`Value of ${second} must be numeric`);
  if (more.length > 0) throw new InvalidEventPattern('Too many elements in numeric expression');
}

function requireCidr(operand: unknown): void {
  requireText('prefix', operand);
  const [address = '', bits, ...more] = operand.split('/');
  if (bits === undefined || more.length > 0) throw new InvalidEventPattern("Malformed CIDR, one '/' required");
  if (isIP(address) === 0) throw new InvalidEventPattern(`Nonstandard IP address: ${address}`);
  if (!/^\d+$/.test(bits)) throw new InvalidEventPattern('Malformed CIDR, mask bits must be an integer');
}
