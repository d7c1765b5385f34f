import jsonata from 'jsonata';
import type { Json, JsonObject } from '../json.ts';
import { stepFunctionsBuiltins } from './functions.ts';

const EXPRESSION = /^\{%([\s\S]*)%\}$/;
const parsed = new Map<string, jsonata.Expression>();

/** Returns the JSONata inside `{% … %}`; undefined for a string that is not an expression. */
export function expressionOf(text: string): string | undefined {
  return EXPRESSION.exec(text)?.[1]?.trim();
}

/** Parses each text once. @throws jsonata's own syntax error */
export function parse(source: string): jsonata.Expression {
  let expression = parsed.get(source);
  if (!expression) {
    expression = jsonata(source);
    parsed.set(source, expression);
  }
  return expression;
}

/**
 * evaluate() throws this error; `message` is what AWS puts behind "The JSONata expression '…' specified for the field
 * '…'".
 */
export class EvaluationError extends Error {
  override readonly name = 'EvaluationError';
}

/**
 * Evaluates an expression with `$states` and the variables bound. There is no top-level `$`, as on AWS.
 * @throws EvaluationError when it fails, or yields nothing or a function
 */
export async function evaluate(source: string, variables: JsonObject): Promise<Json> {
  let result: unknown;
  try {
    result = await parse(source).evaluate(undefined, { ...stepFunctionsBuiltins, ...variables });
  } catch (error) {
    throw new EvaluationError(`threw an error during evaluation. ${describe(error)}`);
  }
  // jsonata returns its own array subclass-like sequences and may return functions; only JSON leaves an expression.
  const text = isFunction(result) ? undefined : JSON.stringify(result);
  if (isFunction(result)) throw new EvaluationError('returned an unsupported result type.');
  if (text === undefined) throw new EvaluationError('returned nothing (undefined).');
  return JSON.parse(text) as Json;
}

function isFunction(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);
}

function describe(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code ? `${code}: ${message}` : String(message);
}
