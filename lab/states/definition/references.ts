import type { Json } from '../json.ts';

/** A field can read these objects besides `$states.input`, `$states.context` and variables. */
export interface Readable {
  /** `$states.result` exists in Output and Assign of a Task, Parallel or Map. */
  result?: boolean;
  /** `$states.errorOutput` exists in Output and Assign of a catcher. */
  errorOutput?: boolean;
}

/**
 * Returns what an expression reads that is not there, each once, in AWS's words. There is no top-level context: a path
 * that begins with a bare name, `$` or `$$` reads nothing.
 * @param tree of jsonata's parser
 */
export function unsupportedReferences(tree: unknown, readable: Readable): string[] {
  const found = new Set<string>();
  collect(tree as Node, readable, found);
  return [...found];
}

interface Node {
  type?: string;
  value?: Json;
  steps?: Node[];
  lhs?: Node | [Node, Node][];
  rhs?: Node;
  expression?: Node;
  expressions?: Node[];
  procedure?: Node;
  arguments?: Node[];
  body?: Node;
  condition?: Node;
  then?: Node;
  else?: Node;
}

const STATES_FIELDS = ['input', 'context', 'result', 'errorOutput'];

/**
 * Only the first step of a path sees the top level. Later steps and predicates see what the step before them yielded,
 * and the body of a function sees what its surroundings see.
 */
function collect(node: Node | undefined, readable: Readable, found: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  const { type, value } = node;
  if (type === 'path') checkStates(node.steps ?? [], readable, found);
  if (type === 'name') found.add(`Reference to '${String(value)}' at the top level is not supported.`);
  if (type === 'variable' && value === '') found.add("Reference to '$' at the top level is not supported.");
  if (type === 'variable' && value === '$') found.add("Reference to '$$' is not supported.");
  if (type === 'variable' && value === 'eval') found.add("Reference to '$eval' is not supported; use $parse for JSON.");
  for (const child of children(node)) collect(child, readable, found);
}

function checkStates([first, second]: Node[], readable: Readable, found: Set<string>): void {
  if (first?.type !== 'variable' || first.value !== 'states' || second?.type !== 'name') return;
  const field = String(second.value);
  const known = STATES_FIELDS.includes(field);
  const there = field === 'result' ? readable.result : field === 'errorOutput' ? readable.errorOutput : known;
  if (!there) found.add(`Field '$states.${field}' does not exist.`);
}

/** Returns the nodes that are evaluated against the same context as this one. */
function children(node: Node): (Node | undefined)[] {
  const { type, steps, lhs, rhs, expression, expressions = [], procedure, body, condition } = node;
  if (type === 'path') return [steps?.[0]];
  if (type === 'bind') return [rhs];
  const pairs = Array.isArray(lhs) ? lhs.flat() : [lhs];
  const whole = [...pairs, rhs, expression, ...expressions, procedure, ...(node.arguments ?? []), body, condition];
  return type === 'lambda' ? [body] : [...whole, node.then, node.else];
}
