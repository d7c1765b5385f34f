import { isObject, type Json, type JsonObject } from '../json.ts';
import { EvaluationError, evaluate, expressionOf } from './jsonata.ts';

/**
 * The error has the place in a state at which an expression failed: `Output/image/tag`, if in any, and AWS's message
 * about it.
 */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  readonly location: string | undefined;
  constructor(location: string | undefined, message: string) {
    super(message);
    this.location = location;
  }
}

/**
 * Evaluates every `{% … %}` string of a JSON template; all else is taken as it is.
 * @param field name of the state's field, for messages
 */
export async function render(template: Json, field: string, variables: JsonObject): Promise<Json> {
  if (typeof template === 'string') return renderString(template, field, variables);
  if (Array.isArray(template)) {
    const items: Json[] = [];
    for (const [index, item] of template.entries()) items.push(await render(item, `${field}[${index}]`, variables));
    return items;
  }
  if (!isObject(template)) return template;
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(template)) result[key] = await render(value, `${field}/${key}`, variables);
  return result;
}

async function renderString(text: string, field: string, variables: JsonObject): Promise<Json> {
  const source = expressionOf(text);
  if (source === undefined) return text;
  try {
    return await evaluate(source, variables);
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
    throw new TemplateError(
      field,
      `The JSONata expression '${source}' specified for the field '${field}' ${error.message}`,
    );
  }
}

export type JsonType = 'array' | 'boolean' | 'number' | 'object' | 'string' | 'null';

export function typeOf(value: Json): JsonType {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value as JsonType;
}

/** Returns AWS's message for an expression that yields the wrong type. */
export function unexpectedType(template: Json, field: string, expected: JsonType, value: Json): TemplateError {
  const source = typeof template === 'string' ? expressionOf(template) : undefined;
  const what =
    source === undefined
      ? `The value specified for the field '${field}'`
      : `The JSONata expression '${source}' specified for the field '${field}' returned an unexpected result type`;
  const found = `Expected '${expected}', but was '${typeOf(value)}' for value: ${JSON.stringify(value)}`;
  return new TemplateError(field, `${what}. ${found}`);
}
