import validateWithSchema from 'asl-validator';
import { expressionOf } from '../expressions/jsonata.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Diagnostic } from './diagnostics.ts';

/** Checks a definition with the published schema. A validator that throws has found something wrong. */
export function checkSchema(definition: JsonObject): Diagnostic[] {
  try {
    // The validator writes into what it is given.
    const { errors } = validateWithSchema(lenient(structuredClone(definition)), { checkPaths: true, checkArn: false });
    return errors.map((error) => ({
      severity: 'ERROR',
      code: error['Error code'],
      message: error.Message,
      ...(error.path ? { location: error.path } : {}),
    }));
  } catch (error) {
    return [{ severity: 'ERROR', code: 'SCHEMA_VALIDATION_FAILED', message: (error as Error).message, location: '/' }];
  }
}

/** Takes out of the schema's sight what it refuses though AWS accepts it: literals, line breaks, empty strings. */
function lenient(value: Json): Json {
  if (typeof value === 'string') return expressionOf(value) === undefined ? value || 'empty' : '{% $states.input %}';
  if (Array.isArray(value)) return value.map(lenient);
  if (!isObject(value)) return value;
  const result: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    const template = key === 'Output' || key === 'Arguments' || key === 'Assign';
    const literal = typeof item === 'string' && expressionOf(item) === undefined;
    result[key] = template && (literal || typeof item !== 'string') ? {} : lenient(item);
  }
  return result;
}
